"""Loads a lite module that the package saved, runs it on its bundled inputs, and prints what comes as JSON.

    python test/parity/mobile-round-trip.py FILE
"""

import json
import sys
import warnings

import torch
from torch.jit.mobile import _get_model_bytecode_version, _load_for_lite_interpreter

warnings.simplefilter("ignore")
torch.set_num_threads(1)
file = sys.argv[1]
files = {"labels.txt": ""}
script = torch.jit.load(file, _extra_files=files)
lite = _load_for_lite_interpreter(file)
inputs = lite.run_method("get_all_bundled_inputs")
info = lite.run_method("get_bundled_inputs_functions_and_info")
found = {
    "bytecode": _get_model_bytecode_version(file),
    "count": lite.run_method("get_num_bundled_inputs"),
    "shapes": [list(x.shape) for (x,) in inputs],
    "info": info,
    "outputs": [lite.forward(*given).tolist() for given in inputs],
    "same": all(torch.equal(lite.forward(*one), script(*one)) for one in script.get_all_bundled_inputs()),
    "labels": files["labels.txt"].decode(),
}
print(json.dumps(found))
