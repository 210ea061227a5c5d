import type { RunOptions } from '../run/options.js';
import type { DType } from '../torch.js';

type Shared =
  | 'input'
  | 'batch'
  | 'method'
  | 'device'
  | 'dtype'
  | 'executor'
  | 'threads'
  | 'seed'
  | 'size'
  | 'gray'
  | 'mean'
  | 'std'
  | 'json';

/** What the command line of `compare` says, checked. */
export interface CompareOptions extends Pick<RunOptions, Shared> {
  readonly samples: number;
  readonly atol: number;
  readonly rtol: number;
  readonly checkDtype?: boolean;
  readonly iterations: number;
  readonly warmup: number;
  readonly memory: boolean;
  readonly otherDtype?: DType;
  readonly allowFlatbuffer?: boolean;
}
