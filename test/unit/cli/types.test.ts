import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { fixture } from '../../fixtures/fixtures.js';
import { cli, printed, withoutLibTorch } from './cli.js';
import { makeProject, toJavaScript, typeErrors } from './typescript.js';

const models = ['mlp', 'resnet', 'arguments', 'echo', 'types', 'objects', 'no-forward', 'lite.ptl'];

/** A user's program: what it says about types must hold, and must not. */
const program = `
import { tensor, type Tensor } from 'libtorch-node';
import { type Int, loadArguments } from './arguments.js';
import { type Echo, type Point } from './echo.js';

const model = await loadArguments(process.argv[2] as string);
const [y, name, sizes, hasMask]: [Tensor, string, Int[], boolean] = await model.forward(
  tensor([1, 2]), 0.5, 2, 'text', [7], null,
);
console.log(y.toArray(), name, sizes, hasMask);
const [z]: [Tensor, string] = await model.run('keyword_default', [tensor([3])], {
  kwargs: { shift: 1 },
});
console.log(z.toArray(), model.runSync('nothing'));
// @ts-expect-error a text is no tensor
void (() => model.forward('text'));
// @ts-expect-error the first argument is needed
void (() => model.forward());

export async function echo(model: Echo, point: Point): Promise<number> {
  const given: Point = await model.run('namedtuple', [{ x: 1, y: 2, mark: tensor([1]) }]);
  const map: Map<Int, string> = await model.run('dict_int_str', [new Map([[1, 'one']])]);
  const both: Int | null = model.runSync('optional_int', [null]);
  return given.y + point[1] + map.size + Number(both);
}
`;

describe('types', () => {
  it('writes files that compile under strict rules, with zod and without', async () => {
    const folder = makeProject();
    const files: string[] = [];
    for (const model of models) {
      const stem = model.replace('.ptl', '');
      for (const file of [`${stem}.ts`, `${stem}-alone.d.ts`]) {
        const args = ['types', fixture(model), '-o', path.join(folder, file)];
        const outcome = await cli(args, { env: withoutLibTorch });
        expect(outcome).toMatchObject({ code: 0, stdout: '' });
        files.push(file);
      }
    }
    writeFileSync(path.join(folder, 'program.ts'), program);
    expect(typeErrors(folder, [...files, 'program.ts'])).toEqual([]);
    const alone = readFileSync(path.join(folder, 'mlp-alone.d.ts'), 'utf8');
    expect(alone).not.toMatch(/zod|export (const|async)/);
  });

  it('writes a module that loads the model, types it and checks its values', async () => {
    const folder = makeProject();
    const source = await printed(['types', fixture('arguments')]);
    writeFileSync(path.join(folder, 'arguments.js'), toJavaScript(source));
    const uses = `
      import { tensor } from 'libtorch-node';
      import { argumentsSignature, loadArguments } from './arguments.js';
      const model = await loadArguments(process.argv[2]);
      const [y, name] = await model.forward(tensor([1, 2]), 0.5, 2, 'text', [7], null);
      console.log(String(y), name, model.signature.inputs.length);
      const wrong = await model.forward(tensor([1]), 'no number').catch((error) => error);
      console.log(wrong.code, argumentsSignature.output.def.type);`;
    writeFileSync(path.join(folder, 'uses.js'), uses);
    const { NODE_OPTIONS: _options, ...env } = process.env;
    const out = execFileSync(process.execPath, ['uses.js', fixture('arguments')], {
      cwd: folder,
      encoding: 'utf8',
      env,
    });
    expect(out).toBe('tensor([1., 2.]) text 6\nERR_SIGNATURE tuple\n');
  });

  it('names the type after the file, or as asked', async () => {
    const ofFile = await printed(['types', fixture('mlp-traced')]);
    expect(ofFile).toContain('export type MlpTraced = MlpTracedMethods & ScriptModule<');
    expect(ofFile).toContain('export const mlpTracedSignature = {');
    const named = await printed(['types', fixture('mlp'), '--name', 'Net']);
    expect(named).toContain('export async function loadNet(');
  });

  it('refuses names and files that cannot be', async () => {
    const name = await cli(['types', fixture('mlp'), '--name', 'x; evil()']);
    expect(name).toMatchObject({ code: 2, stdout: '' });
    expect(name.stderr).toContain('--name: expected a name of a type');
    const output = path.join(makeProject(), 'mlp.pt');
    const file = await cli(['types', fixture('mlp'), '-o', output]);
    expect(file).toMatchObject({ code: 2, stdout: '' });
    expect(existsSync(output)).toBe(false);
    const weights = await cli(['types', fixture('state-dict.pt')]);
    expect(weights.code).toBe(1);
    expect(weights.stderr).toContain('ERR_NOT_A_MODULE');
  });
});
