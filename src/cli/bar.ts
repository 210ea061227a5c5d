const LENGTH = 24;
const EIGHTHS = ' ▏▎▍▌▋▊▉█';

/** A bar whose length is a share of the whole: empty for nothing, and for NaN. */
export function bar(share: number, length = LENGTH): string {
  if (!(share > 0)) return '';
  const eighths = Math.max(1, Math.round(Math.min(1, share) * length * 8));
  const full = '█'.repeat(Math.floor(eighths / 8));
  return `${full}${eighths % 8 === 0 ? '' : EIGHTHS[eighths % 8]}`;
}
