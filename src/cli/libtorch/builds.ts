import { pinnedVersion } from '../../native/libtorch.js';

/** An archive with LibTorch's libraries: a zip, also where it is called a wheel. */
export interface Build {
  readonly name: string;
  readonly url: string;
  /** Null where nobody has pinned it yet: then the user must say it. */
  readonly sha256: string | null;
  /** PyTorch's index of such wheels, for pip. */
  readonly index: string;
}

const host = 'https://download.pytorch.org';

/** The CPU build: its wheel is half the size of LibTorch's own archive, and has its licences. */
const cpu: Build = {
  name: 'cpu',
  url: `${host}/whl/cpu/torch-${pinnedVersion}%2Bcpu-cp311-cp311-manylinux_2_28_x86_64.whl`,
  sha256: '6746dbcbeb526eb61330b76b41ff1b4eb848951103a892eeb080dfa2b264667b',
  index: `${host}/whl/cpu`,
};

/** The build of that name: 'cpu', or a CUDA as PyTorch writes it, e.g. 'cu130'. */
export function findBuild(name: string): Build {
  if (name === 'cpu') return cpu;
  const file = `libtorch-shared-with-deps-${pinnedVersion}%2B${name}.zip`;
  return {
    name,
    url: `${host}/libtorch/${name}/${file}`,
    sha256: null,
    index: `${host}/whl/${name}`,
  };
}
