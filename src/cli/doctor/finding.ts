/** How well something is: 'note' is neither good nor bad. */
export type Status = 'ok' | 'note' | 'warning' | 'error';

/** One thing that was looked at. */
export interface Finding {
  readonly about: string;
  readonly status: Status;
  readonly detail: string;
  /** What to do about it. */
  readonly advice?: string;
}

/** Findings that belong together. */
export interface Section {
  readonly title: string;
  readonly findings: readonly Finding[];
}

export const ok = (about: string, detail: string): Finding => ({ about, status: 'ok', detail });

export const remark = (about: string, detail: string, advice?: string): Finding => ({
  about,
  status: 'note',
  detail,
  ...(advice !== undefined && { advice }),
});

export const warning = (about: string, detail: string, advice: string): Finding => ({
  about,
  status: 'warning',
  detail,
  advice,
});

export const failure = (about: string, detail: string, advice?: string): Finding => ({
  about,
  status: 'error',
  detail,
  ...(advice !== undefined && { advice }),
});
