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

/** Lines that a log gets as the work advances. */
const LINES = 10;
/** Milliseconds after which the first is due: quick work needs none. */
const FIRST = 1000;
/** Milliseconds after which another is, however slow the work. */
const LATEST = 10_000;

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
  let saidTenths = 0;
  let due = FIRST;
  return {
    step: () => {
      done++;
      const spent = performance.now() - begin;
      const tenths = Math.floor((done * LINES) / total);
      if (spent < due && (spent < FIRST || tenths === saidTenths)) return;
      saidTenths = tenths;
      due = spent + LATEST;
      note(`${title} ${done}/${total} after ${duration(spent)}`);
    },
    stop: () => {},
  };
}

/** A bar on a terminal, a line now and then elsewhere; both on standard error. */
export function showProgress(title: string, total: number): Progress {
  return stderr.isTTY ? barProgress(title, total) : lineProgress(title, total);
}
