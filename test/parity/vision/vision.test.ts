import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadModule, loadModuleSync, loadSync, ops, type Tensor } from '../../../src/index.js';
import { difference } from '../ops/compare.js';

interface Case {
  readonly op: string;
  readonly args: readonly unknown[];
  readonly out: readonly Tensor[];
}
interface Detection {
  readonly boxes: Tensor;
  readonly labels: Tensor;
  readonly scores: Tensor;
}
interface Detected {
  readonly images: readonly Tensor[];
  readonly detections: readonly Detection[];
}

type Call = (...args: readonly unknown[]) => unknown;
const vision = ops.torchvision as unknown as Readonly<Record<string, Call>>;

let folder: string;

function read<T>(name: string): T {
  return loadSync(path.join(folder, name)) as unknown as T;
}

beforeAll(async () => {
  const script = path.resolve('scripts', 'torchvision.mjs');
  const { stdout } = await promisify(execFile)(process.execPath, [script]);
  folder = stdout.trim().split('\n').at(-1) as string;
}, 600_000);

describe('torchvision’s operators', () => {
  let cases: readonly Case[];
  beforeAll(() => {
    cases = read<Case[]>('cases.pt');
  });

  it.each([
    ['nms', 400],
    ['roi_align', 1500],
    ['roi_pool', 200],
    ['ps_roi_align', 800],
    ['ps_roi_pool', 200],
    ['deform_conv2d', 100],
    ['box_iou_rotated', 70],
  ])('%s gives what torchvision gives, on %i random inputs and more', (name, atLeast) => {
    const own = cases.filter(({ op }) => op === name);
    expect(own.length).toBeGreaterThanOrEqual(atLeast);
    const differences: string[] = [];
    for (const [index, { args, out }] of own.entries()) {
      const got = vision[name]?.(...args) as Tensor | Tensor[];
      const found = difference(Array.isArray(got) ? got : [got], out, false);
      if (found !== null) differences.push(`${index}: ${found}`);
    }
    expect(differences).toEqual([]);
  });
});

describe('modules that torchvision scripted', () => {
  it('run its layers', () => {
    const { inputs, outputs } = read<{ inputs: Tensor[]; outputs: Tensor[] }>('layers-io.pt');
    const layers = loadModuleSync(path.join(folder, 'layers.pt'));
    const [kept, batched, regions, deformed] = layers.forwardSync(...inputs) as unknown as [
      Tensor,
      Tensor,
      Tensor[],
      Tensor,
    ];
    expect(difference([kept, batched, ...regions, deformed], outputs, false)).toBeNull();
  });

  it.each(['detector', 'fasterrcnn'])(
    '%s takes a list of images and gives losses and a list of dicts',
    async (name) => {
      const { images, detections } = read<Detected>(`${name}-io.pt`);
      const module = await loadModule(path.join(folder, `${name}.pt`));
      const [losses, found] = (await module.forward([...images])) as unknown as [
        object,
        Detection[],
      ];
      expect(Object.keys(losses)).toEqual([]);
      expect(found).toHaveLength(2);
      for (const [index, expected] of detections.entries()) {
        const { boxes, labels, scores } = found[index] as Detection;
        const { boxes: b, labels: l, scores: s } = expected;
        expect(boxes.shape[0]).toBeGreaterThan(0);
        expect(difference([boxes, labels, scores], [b, l, s], false)).toBeNull();
      }
    },
  );

  it('train a detector: targets go in as a list of dicts, losses come out as a dict', async () => {
    const { images, detections } = read<Detected>('detector-io.pt');
    const module = await loadModule(path.join(folder, 'detector.pt'));
    module.train();
    const targets = detections.map(({ boxes, labels }) => ({
      boxes: boxes.slice(0, 0, 3),
      labels: labels.slice(0, 0, 3),
    }));
    const [losses] = (await module.forward([...images], targets)) as unknown as [
      Record<string, Tensor>,
    ];
    expect(Object.keys(losses).sort()).toEqual([
      'loss_box_reg',
      'loss_classifier',
      'loss_objectness',
      'loss_rpn_box_reg',
    ]);
    expect(Object.values(losses).every((loss) => Number.isFinite(loss.item()))).toBe(true);
  });
});
