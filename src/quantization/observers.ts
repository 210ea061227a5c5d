import { join } from 'node:path';
import { packageRoot } from '../native/find-addon.js';

/** Where the build leaves PyTorch's observers and fake-quantize modules. @internal */
export function observersFolder(): string {
  return join(packageRoot(), 'dist', 'observers');
}
