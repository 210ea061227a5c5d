import { open, readFile } from 'node:fs/promises';
import { detectKind, HEAD_SIZE } from '../../archive/format.js';
import { UsageError } from '../failure.js';
import type { DType, ModuleInput, Tensor, Torch } from '../torch.js';
import type { TypeTree } from '../types/type-tree.js';
import { type ImageOptions, readImage } from './images.js';
import { readNpy } from './npy.js';
import type { InputSpec } from './specs.js';

/** How inputs are made. */
export interface InputOptions {
  readonly device: string;
  /** What tensors of files become; as they are, unless given. */
  readonly dtype: DType | null;
  readonly image: ImageOptions;
}

const imageMagics: readonly (readonly [at: number, magic: string])[] = [
  [0, '\x89PNG'],
  [0, '\xff\xd8\xff'],
  [0, 'GIF8'],
  [8, 'WEBP'],
  [4, 'ftypavif'],
  [0, 'II*\0'],
  [0, 'MM\0*'],
  [0, '<svg'],
];

export async function headOf(path: string): Promise<{ head: Uint8Array; size: number }> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const head = new Uint8Array(Math.min(HEAD_SIZE, size));
    await file.read(head, 0, head.length, 0);
    return { head, size };
  } finally {
    await file.close();
  }
}

export function isImage(head: Uint8Array): boolean {
  const text = Buffer.from(head).toString('latin1');
  return imageMagics.some(([at, magic]) => text.startsWith(magic, at));
}

/** Makes the values that a method takes. */
export class ValueMaker {
  private readonly torch: Torch;
  private readonly options: InputOptions;

  constructor(torch: Torch, options: InputOptions) {
    this.torch = torch;
    this.options = options;
  }

  /** The value of an --input for an argument of a type. */
  async make(spec: InputSpec, type: TypeTree): Promise<ModuleInput> {
    switch (spec.kind) {
      case 'text':
        return spec.text;
      case 'json':
        return this.fromJson(spec.value, type, spec.dtype);
      case 'fill':
        return this.shaped(this.fill(spec), type);
      case 'file':
        return this.fromFile(spec.path, spec.key, type);
    }
  }

  private onDevice(tensor: Tensor): Tensor {
    const { device, dtype } = this.options;
    const moved = device === 'cpu' ? tensor : tensor.to(device);
    return dtype === null ? moved : (moved.to(dtype) as Tensor);
  }

  /** A tensor for a Tensor, alone in a list for a List[Tensor]. */
  private shaped(tensor: Tensor, type: TypeTree, dropsBatch = false): ModuleInput {
    const inner = type.name === 'Optional' ? (type.of[0] ?? type) : type;
    if (inner.name !== 'List' || inner.of[0]?.name !== 'Tensor') return this.onDevice(tensor);
    return [this.onDevice(dropsBatch ? (tensor.squeeze(0) as Tensor) : tensor)];
  }

  private fill({ fill, shape, dtype, below }: Extract<InputSpec, { kind: 'fill' }>): Tensor {
    const { torch } = this;
    const size = [...shape];
    if (fill === 'zeros') return torch.zeros(size, { dtype });
    if (fill === 'ones') return torch.ones(size, { dtype });
    if (dtype === 'bool') return torch.randint(0, 2, size).to('bool');
    if (/^u?int/.test(dtype)) return torch.randint(0, below, size).to(dtype);
    return fill === 'randn' ? torch.randn(size, { dtype }) : torch.rand(size, { dtype });
  }

  private fromJson(value: unknown, type: TypeTree, dtype: DType | null): ModuleInput {
    const { name, of } = type;
    if (name === 'Optional') return value === null ? null : this.fromJson(value, of[0]!, dtype);
    if (name === 'Tensor') {
      const options = dtype === null ? {} : { dtype };
      return this.onDevice(this.torch.tensor(value as number[], options) as Tensor);
    }
    if (name === 'List' && Array.isArray(value)) {
      return value.map((item) => this.fromJson(item, of[0]!, dtype));
    }
    if (name === 'Tuple' && Array.isArray(value)) {
      return value.map((item, index) => this.fromJson(item, of[index] ?? type, dtype));
    }
    if (name === 'Dict' && typeof value === 'object' && value !== null) {
      const isNumber = of[0]?.name === 'int' || of[0]?.name === 'float';
      const entries = Object.entries(value).map(([key, item]) => {
        return [isNumber ? Number(key) : key, this.fromJson(item, of[1]!, dtype)] as const;
      });
      return new Map<ModuleInput, ModuleInput>(entries);
    }
    if (dtype !== null) return this.onDevice(this.torch.tensor(value as number[], { dtype }));
    return value as ModuleInput;
  }

  private async fromFile(path: string, key: string | null, type: TypeTree): Promise<ModuleInput> {
    const { torch } = this;
    const { head, size } = await headOf(path);
    const kind = detectKind(head, size);
    if (isImage(head)) {
      const { dtype } = this.options;
      const image = { ...this.options.image, ...(dtype !== null && { dtype }) };
      return this.shaped(await readImage(path, image), type, true);
    }
    if (kind === 'npy') return this.shaped(readNpy(torch, await readFile(path), path), type);
    if (kind === 'zip' || kind === 'pickle' || kind === 'safetensors') {
      return this.fromCheckpoint(path, key, type);
    }
    if (kind === 'text' || kind === 'unknown') {
      const text = await readFile(path, 'utf8');
      if (type.name === 'str') return text;
      try {
        return this.fromJson(JSON.parse(text), type, null);
      } catch (cause) {
        if (!(cause instanceof SyntaxError)) throw cause;
      }
    }
    const known = '.npy, .pt, .safetensors, .json and images';
    throw new UsageError(`--input ${path}: ${known} can be read; this file is none of them`);
  }

  private async fromCheckpoint(
    path: string,
    key: string | null,
    type: TypeTree,
  ): Promise<ModuleInput> {
    const value = (await this.torch.load(path)) as ModuleInput;
    if (value instanceof this.torch.Tensor) return this.shaped(value, type);
    if (!isMapping(value) || !/^(?:Tensor|Optional)$/.test(type.name)) return value;
    const tensors = new Map(value instanceof Map ? value : Object.entries(value));
    const found = key === null && tensors.size === 1 ? [...tensors.values()][0] : tensors.get(key);
    if (found instanceof this.torch.Tensor) return this.shaped(found, type);
    const names = [...tensors.keys()].slice(0, 8).map(String).join(', ');
    throw new UsageError(`--input ${path}: choose a tensor of it with ${path}#NAME: ${names}`);
  }
}

function isMapping(value: unknown): value is Map<unknown, unknown> | Record<string, unknown> {
  return (
    value instanceof Map || (typeof value === 'object' && value !== null && !Array.isArray(value))
  );
}
