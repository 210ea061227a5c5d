import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { inspectModule } from '../../../src/inspect/inspect.js';
import type { ModuleInspection } from '../../../src/inspect/inspection.js';
import { fixture } from '../../fixtures/fixtures.js';
import { inFixtures, scratchFolder } from '../../fixtures/folder.js';
import { cli, json, printed, withoutLibTorch } from './cli.js';

/** On machines that have no LibTorch: everything here is read without it. */
const inspect = (file: string, ...options: string[]): Promise<string> =>
  printed(['inspect', file, ...options], { env: withoutLibTorch });

interface Checkpoint {
  readonly kind: string;
  readonly checkpoint: {
    readonly format: string;
    readonly tensors: readonly { readonly name: string; readonly shape: readonly number[] }[];
  };
}

describe('inspect of a module', () => {
  it('shows methods, modules, tensors with totals, operators and risks', async () => {
    const text = await inspect(fixture('mlp'));
    expect(text).toContain('TorchScript, file version 3');
    expect(text).toContain('340 parameters, 1.36 kB');
    expect(text).toContain('  forward(x: Tensor) -> Tensor\n');
    expect(text).toMatch(/├─ fc1 +nn\.Linear\n +└─ fc2 +nn\.Linear/);
    expect(text).toMatch(/^Parameters {2}340 elements in 4 tensors: 1\.36 kB float32$/m);
    expect(text).toMatch(/^ {2}fc1\.weight +\[16, 16\] +float32 +256 +1\.02 kB$/m);
    expect(text).toContain('aten::linear');
    expect(text).toMatch(/Risks\n +none found/);
  });

  it('draws modules inside modules as a tree', async () => {
    const text = await inspect(fixture('resnet'));
    expect(text).toMatch(/│ {2}└─ downsample +nn\.Sequential\n +│ {5}├─ 0 +nn\.Conv2d/);
    expect(text).toContain('576 B float32, 48 B int64');
  });

  it('shows defaults, long signatures on several lines, and extra files', async () => {
    const text = await inspect(fixture('arguments'));
    expect(text).toContain('forward(\n    x: Tensor,\n    scale: float = 2,');
    expect(text).toContain('sizes: List[int] = [1, 2],\n    mask: Optional[Tensor] = None,');
    expect(await inspect(fixture('extra-files'))).toMatch(
      /Extra files\n.*\n.*\n +labels\.txt +17 B/,
    );
  });

  it('knows lite modules, training mode and quantized weights', async () => {
    expect(await inspect(fixture('lite.ptl'))).toContain('lite interpreter (mobile)');
    expect(await inspect(fixture('modes-training'))).toContain('training: call eval()');
    expect(await inspect(fixture('quantized-linear'))).toMatch(/quantized +yes/);
  });

  it('points at what writes files and at what runs while it is loaded', async () => {
    const text = await inspect(inFixtures('crafted', 'plain.pt'));
    expect(text).toMatch(/✖ +aten::save +reads or writes files/);
    expect(text).toMatch(/⚠ .*runs code while it is loaded/);
  });

  it('prints as JSON what inspectModule gives', async () => {
    for (const name of ['mlp', 'arguments', 'lite.ptl']) {
      const file = fixture(name);
      const found = await json<{ kind: string; module: ModuleInspection }>(['inspect', file]);
      expect(found.kind).toBe('module');
      expect(found.module).toEqual(JSON.parse(JSON.stringify(await inspectModule(file))));
    }
  });

  it('leaves nothing of a file that could steer the terminal', async () => {
    const folder = scratchFolder();
    const file = path.join(folder, 'evil\u001b[2J.pt');
    writeFileSync(file, readFileSync(fixture('mlp')));
    const { stdout } = await cli(['inspect', file]);
    expect(stdout).not.toContain('\u001b');
    const missing = await cli(['inspect', path.join(folder, '\u001b]0;title\u0007.pt')]);
    expect(missing.stderr).not.toContain('\u001b');
  });
});

describe('inspect of weights', () => {
  it('lists the tensors of state dicts of either format, and of safetensors', async () => {
    const formats = {
      'state-dict.pt': 'torch.save',
      'legacy.pt': 'torch.save before PyTorch 1.6',
      'model.safetensors': 'safetensors',
    };
    for (const [name, format] of Object.entries(formats)) {
      const { kind, checkpoint } = await json<Checkpoint>(['inspect', fixture(name)]);
      expect(kind).toBe('checkpoint');
      expect(checkpoint.format).toBe(format);
      expect(checkpoint.tensors.length).toBeGreaterThan(0);
    }
    const text = await inspect(fixture('state-dict.pt'));
    expect(text).toContain('a state dict: weights without code');
    expect(text).toMatch(/^ {2}fc2\.weight +\[4, 16\] +float32 +64 +256 B$/m);
  });

  it('shows what lies beside them, and classes that have no meaning', async () => {
    expect(await inspect(fixture('checkpoint.pt'))).toMatch(/Other values\n/);
    expect(await inspect(fixture('pickled-module.pt'))).toMatch(
      /Python classes {2}nothing of them/,
    );
    expect(await inspect(fixture('tensor.pt'))).toContain('one tensor');
  });
});

describe('inspect of another file', () => {
  it.each([
    ['model.onnx', 'ERR_UNSUPPORTED_FORMAT'],
    ['model.gguf', 'GGUF'],
    ['page.pt', 'text'],
    ['empty.pt', 'an empty file'],
    ['archive.zip', 'ERR_NOT_A_MODULE'],
    ['flatbuffer.ptl', 'ERR_FLATBUFFER_REFUSED'],
    ['truncated.pt', 'ERR_'],
    ['lfs-pointer.pt', 'git lfs pull'],
  ])('says what %s is', async (name, said) => {
    const { code, stdout, stderr } = await cli(['inspect', fixture(name)]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(said);
    expect(stderr).not.toContain('    at ');
  });
});
