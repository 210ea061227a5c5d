// Hands tensors over a message port: the memory stays where it is, its name travels.

import { Tensor } from 'libtorch-node';

export class Courier {
  #port;
  #held = new Map();
  #next = 0;
  #arrived = [];
  #waiting = [];
  #closing = false;

  constructor(port) {
    this.#port = port;
    port.on('message', (message) => this.#read(message));
    port.on('close', () => this.#deliver(null));
  }

  /** Lends the tensor until the other side has it. */
  send(tensor) {
    const handle = tensor.share();
    const id = this.#next++;
    this.#held.set(id, handle);
    this.#port.postMessage({ id, handle });
  }

  /** The next tensor, in the order in which they were sent; null at the end. */
  receive() {
    const arrived = this.#arrived.shift();
    if (arrived !== undefined) return arrived;
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Ends the connection once the other side has everything. */
  close() {
    this.#closing = true;
    if (this.#held.size === 0) this.#port.close();
  }

  #read({ id, handle, taken }) {
    if (taken !== undefined) {
      this.#held.get(taken).dispose();
      this.#held.delete(taken);
      if (this.#closing) this.close();
      return;
    }
    const tensor = Tensor.fromShared(handle);
    this.#port.postMessage({ taken: id });
    this.#deliver(tensor);
  }

  #deliver(tensor) {
    const waiting = this.#waiting.shift();
    if (waiting === undefined) this.#arrived.push(tensor);
    else waiting(tensor);
  }
}
