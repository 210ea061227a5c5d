const LENGTH = 24;
const EIGHTHS = ' ▏▎▍▌▋▊▉█';

/** A bar whose length is a share of the whole. */
export function bar(share: number, length = LENGTH): string {
  const eighths = Math.round(Math.min(1, Math.max(0, share)) * length * 8);
  const full = '█'.repeat(Math.floor(eighths / 8));
  return `${full}${eighths % 8 === 0 ? '' : EIGHTHS[eighths % 8]}`;
}
