import { Presets, SingleBar } from 'cli-progress';
import { duration } from './figures.js';
import { onInterrupt } from './interrupt.js';
import { note, stderr } from './terminal.js';

/** How far a long piece of work is. */
export interface Progress {
  /** One more is done. */
  step(about?: string): void;
  stop(): void;
}

/** Lines that a log gets at most. */
const LINES = 10;

/** Work below this many milliseconds needs no lines in a log. */
const QUICK = 1000;

function barProgress(title: string, total: number): Progress {
  const bar = new SingleBar(
    {
      format: `${title} {bar} {value}/{total}  {about}`,
      stream: stderr,
      hideCursor: true,
      clearOnComplete: true,
      barsize: 30,
    },
    Presets.rect,
  );
  bar.start(total, 0, { about: '' });
  const forget = onInterrupt(() => bar.stop());
  return {
    step: (about = '') => bar.increment(1, { about }),
    stop: () => {
      forget();
      bar.stop();
    },
  };
}

function lineProgress(title: string, total: number): Progress {
  const begin = performance.now();
  let done = 0;
  let said = 0;
  return {
    step: () => {
      done++;
      const spent = performance.now() - begin;
      const tenth = Math.floor((done * LINES) / total);
      if (tenth === said || spent < QUICK) return;
      said = tenth;
      note(`${title} ${done}/${total} after ${duration(spent)}`);
    },
    stop: () => {},
  };
}

/** A bar on a terminal, a line now and then elsewhere; both on standard error. */
export function showProgress(title: string, total: number): Progress {
  return stderr.isTTY ? barProgress(title, total) : lineProgress(title, total);
}
