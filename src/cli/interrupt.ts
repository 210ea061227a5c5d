import { stderr } from './terminal.js';

const cleanups = new Set<() => void>();

/** Has something put right before the process leaves early; gives back how to forget it. */
export function onInterrupt(cleanup: () => void): () => void {
  cleanups.add(cleanup);
  return () => cleanups.delete(cleanup);
}

/** Ctrl-C and a polite kill: put right what was begun, say so, leave with the usual code. */
export function watchInterrupts(): void {
  const leave = (code: number): void => {
    for (const cleanup of cleanups) cleanup();
    if (stderr.isTTY) stderr.write('\nInterrupted\n');
    process.exit(code);
  };
  process.once('SIGINT', () => leave(130));
  process.once('SIGTERM', () => leave(143));
}
