"""first_result.py MODEL: from `import torch` to the first result of a model, in nanoseconds."""
import json
import sys
import time

begin = time.perf_counter_ns()
import torch  # noqa: E402

model = torch.jit.load(sys.argv[1])
with torch.inference_mode():
    scores = model(torch.zeros([1, 8, 8], dtype=torch.uint8))
first = scores[0, 0].item()
print(json.dumps({"ns": time.perf_counter_ns() - begin, "first": first}))
