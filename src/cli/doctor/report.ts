import { plural } from '../figures.js';
import { wrap } from '../table.js';
import { harmless, paint, type Style, width } from '../terminal.js';
import type { Finding, Section, Status } from './finding.js';

const marks: Readonly<Record<Status, readonly [mark: string, style: Style]>> = {
  ok: ['✔', 'green'],
  note: ['·', 'dim'],
  warning: ['⚠', 'yellow'],
  error: ['✖', 'red'],
};

const LABEL = 14;

function lines({ about, status, detail, advice }: Finding): string[] {
  const [mark, style] = marks[status];
  const margin = ' '.repeat(LABEL + 6);
  const most = Math.min(width(), 100) - margin.length;
  const [first = '', ...rest] = wrap(harmless(detail), most);
  const way =
    advice === undefined
      ? []
      : harmless(advice)
          .split('\n')
          .flatMap((line) => wrap(line, most));
  return [
    `  ${paint(style, mark)} ${about.padEnd(LABEL)}  ${status === 'note' ? paint('dim', first) : first}`,
    ...rest.map((line) => margin + (status === 'note' ? paint('dim', line) : line)),
    ...way.map((line) => margin + paint(status === 'note' ? 'dim' : style, line)),
  ];
}

/** A section for people. */
export function report({ title, findings }: Section): string[] {
  return [paint('bold', title), ...findings.flatMap(lines), ''];
}

/** Whether all is well, in a line. */
export function summary(sections: readonly Section[]): { healthy: boolean; lines: string[] } {
  const all = sections.flatMap(({ findings }) => findings);
  const errors = all.filter(({ status }) => status === 'error').length;
  const warnings = all.filter(({ status }) => status === 'warning').length;
  if (errors > 0) {
    const others = warnings === 0 ? '' : ` and ${plural(warnings, 'warning')}`;
    const text = `${plural(errors, 'problem')}${others}: libtorch-node does not work here yet.`;
    return { healthy: false, lines: [paint(['red', 'bold'], text)] };
  }
  if (warnings === 0) return { healthy: true, lines: [paint('green', 'All is well.')] };
  const text = `It works, with ${plural(warnings, 'warning')}.`;
  return { healthy: true, lines: [paint('yellow', text)] };
}
