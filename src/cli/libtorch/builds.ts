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

/**
 * SHA-256 of CUDA archives of the pinned version. cu130: 500,687,821 bytes, as two public projects
 * pin it that know nothing of each other.
 */
const cudaArchives: Readonly<Record<string, string>> = {
  cu130: '945c5a3d946a28b387ad9dc9fddda7ba03e35fae1375b84ebff15df789436f82',
};

/** The build of that name: 'cpu', or a CUDA as PyTorch writes it, e.g. 'cu130'. */
export function findBuild(name: string): Build {
  if (name === 'cpu') return cpu;
  const file = `libtorch-shared-with-deps-${pinnedVersion}%2B${name}.zip`;
  return {
    name,
    url: `${host}/libtorch/${name}/${file}`,
    sha256: cudaArchives[name] ?? null,
    index: `${host}/whl/${name}`,
  };
}
