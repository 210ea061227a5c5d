/** A program that answers each count on its input with the time a loop of that many took. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { Stop } from '../../scripts/lib/steps.mjs';

export class Peer {
  #child;
  #lines;

  constructor({ program, args = [], env = process.env }) {
    this.#child = spawn(program, args, { env, stdio: ['pipe', 'pipe', 'inherit'] });
    this.#child.on('error', (error) => this.#child.stdout.destroy(error));
    this.#lines = createInterface({ input: this.#child.stdout })[Symbol.asyncIterator]();
  }

  /** Starts the program and waits until it is ready. */
  static async start(command) {
    const peer = new Peer(command);
    await peer.#answer();
    return peer;
  }

  /** Nanoseconds of a loop of `count`, as the program measured them. */
  async time(count) {
    this.#child.stdin.write(`${count}\n`);
    return (await this.#answer()).ns;
  }

  /** Ends the program. */
  close() {
    this.#child.stdin.end();
  }

  async #answer() {
    const { value, done } = await this.#lines.next();
    if (done) throw new Stop(`${this.#child.spawnargs.join(' ')} ended without an answer`);
    return JSON.parse(value);
  }
}
