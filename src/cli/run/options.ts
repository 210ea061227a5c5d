import { InvalidArgumentError } from 'commander';
import { isDType } from '../../tensor/dtype.js';
import type { DType } from '../torch.js';

/** What the command line of `run` says, checked. */
export interface RunOptions {
  readonly input?: readonly string[];
  readonly batch?: readonly string[];
  readonly method: string;
  readonly repeat: number;
  readonly warmup?: number;
  readonly topK: number;
  readonly labels?: string;
  readonly device: string;
  readonly dtype?: DType;
  readonly executor: 'off' | 'simple' | 'profiling';
  readonly threads?: number;
  readonly seed?: number;
  readonly size?: readonly [number, number];
  readonly gray?: boolean;
  readonly mean?: readonly number[] | 'imagenet';
  readonly std?: readonly number[] | 'imagenet';
  readonly output?: string;
  readonly json?: boolean;
  readonly verbose?: boolean;
}

const imagenet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;

/** A whole number of at least `least`. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isSafeInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`Expected a whole number of at least ${least}.`);
  };
}

/** '224' or '224x320', height first. */
export function imageSize(text: string): readonly [number, number] {
  const [, height, width = height] = /^(\d+)(?:x(\d+))?$/.exec(text) ?? [];
  const sizes = [Number(height), Number(width)] as const;
  if (sizes.every((size) => size >= 1 && size <= 16_384)) return sizes;
  throw new InvalidArgumentError('Expected a size such as 224 or 224x320 (height x width).');
}

/** 'imagenet', one number, or one a channel. */
export function channelValues(text: string): readonly number[] | 'imagenet' {
  if (text === 'imagenet') return text;
  const values = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  if (values.every(Number.isFinite)) return values;
  throw new InvalidArgumentError("Expected 'imagenet' or numbers such as 0.485,0.456,0.406.");
}

export function dtypeName(text: string): DType {
  if (isDType(text)) return text;
  throw new InvalidArgumentError('Expected a dtype such as float32 or uint8.');
}

/** What to subtract and to divide by; 'imagenet' for one stands for both. */
export function normalization({ mean, std }: Pick<RunOptions, 'mean' | 'std'>): {
  mean: readonly number[] | null;
  std: readonly number[] | null;
} {
  const isBoth = mean === 'imagenet' && std === undefined;
  const divisor = std === 'imagenet' || isBoth ? imagenet.std : std;
  return {
    mean: mean === 'imagenet' ? imagenet.mean : (mean ?? null),
    std: divisor ?? null,
  };
}
