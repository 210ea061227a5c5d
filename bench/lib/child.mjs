/** Measurements that need a process of their own. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { inRoot } from '../../scripts/lib/paths.mjs';

const exec = promisify(execFile);

/** Runs a script of `bench/child` in a fresh Node and gives what it printed as JSON. */
export async function runChild(name, args = [], { flags = [] } = {}) {
  const script = inRoot('bench', 'child', `${name}.mjs`);
  const { stdout } = await exec(process.execPath, [...flags, script, ...args.map(String)]);
  return JSON.parse(stdout);
}

/** The JSON that a program prints. */
export async function runProgram(program, args) {
  return JSON.parse((await exec(program, args)).stdout);
}
