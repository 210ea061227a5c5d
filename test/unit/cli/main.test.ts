import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import { fixture } from '../../fixtures/fixtures.js';
import { cli, printed, withoutLibTorch } from './cli.js';

const { version } = createRequire(import.meta.url)('../../../package.json') as { version: string };
const commands = ['inspect', 'types', 'run', 'compare', 'quantize', 'prune', 'libtorch', 'doctor'];

describe('libtorch-node', () => {
  it('prints its version, and help that names every command', async () => {
    expect(await printed(['--version'])).toBe(`${version}\n`);
    const help = await printed(['--help']);
    for (const name of commands) expect(help).toMatch(new RegExp(`^  ${name} .*\\w`, 'm'));
    expect(await printed([])).toBe(help);
  });

  it('explains each command with examples, in 80 columns', async () => {
    for (const name of commands) {
      const help = await printed([name, '--help'], { env: withoutLibTorch });
      expect(help).toContain(`Usage: libtorch-node ${name}`);
      expect(help).toContain(`$ libtorch-node ${name}`);
      const [options = ''] = help.split('Examples:');
      for (const line of options.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
      expect(await printed(['help', name])).toBe(help);
    }
  });

  it('suggests the nearest command and option, and ends with 2 for wrong usage', async () => {
    const command = await cli(['inspct', 'x.pt']);
    expect(command).toMatchObject({ code: 2, stdout: '' });
    expect(command.stderr).toContain("unknown command 'inspct'");
    expect(command.stderr).toContain('Did you mean inspect?');
    const option = await cli(['inspect', '--jsn', 'x.pt']);
    expect(option).toMatchObject({ code: 2, stdout: '' });
    expect(option.stderr).toContain('Did you mean --json?');
    expect(await cli(['inspect'])).toMatchObject({ code: 2, stdout: '' });
    const count = await cli(['run', 'x.pt', '--repeat', '0']);
    expect(count.code).toBe(2);
    expect(count.stderr).toContain('at least 1');
  });

  it('prints an error in a line with its code, and the stack only when asked', async () => {
    const plain = await cli(['inspect', '/nonexistent.pt']);
    expect(plain).toMatchObject({ code: 1, stdout: '' });
    expect(plain.stderr).toBe('error ERR_FILE_NOT_FOUND: /nonexistent.pt: no such file\n');
    const verbose = await cli(['inspect', '/nonexistent.pt', '--verbose']);
    expect(verbose.stderr).toMatch(/^error ERR_FILE_NOT_FOUND.*\n {4}at /);
  });

  it('uses colours where they are asked for, and never against NO_COLOR', async () => {
    const args = ['inspect', fixture('mlp')];
    const start = '\u001b[';
    expect((await cli(args)).stdout).not.toContain(start);
    expect((await cli(args, { env: { FORCE_COLOR: '1' } })).stdout).toContain(start);
    const both = await cli(args, { env: { FORCE_COLOR: '1', NO_COLOR: '1' } });
    expect(both.stdout).not.toContain(start);
  });

  it('ends in silence when nobody reads on', async () => {
    const outcome = await cli(['inspect', fixture('resnet'), '--json'], {
      meanwhile: ({ stdout }) => stdout?.destroy(),
    });
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
  });

  it('ends with 130 when it is interrupted in the middle of a run', async () => {
    const args = ['run', fixture('slow'), '-i', '1', '-n', '1000000000'];
    const outcome = await cli(args, {
      meanwhile: (child) => {
        // Its first lines of progress say that it runs.
        child.stderr?.once('data', () => child.kill('SIGINT'));
      },
    });
    expect(outcome).toMatchObject({ code: 130, signal: null, stdout: '' });
    expect(outcome.stderr).not.toContain('    at ');
  });
});
