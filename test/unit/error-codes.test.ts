import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { type ErrorCode, errorCodes, type TorchErrorCode } from '../../src/error-codes.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

describe('errorCodes', () => {
  it('lists every code once', () => {
    expect(new Set(errorCodes).size).toBe(errorCodes.length);
    expectTypeOf(errorCodes).toEqualTypeOf<readonly ErrorCode[]>();
    expectTypeOf<'ERR_TORCH'>().toExtend<TorchErrorCode>();
    expectTypeOf<'ERR_INDEX'>().not.toExtend<TorchErrorCode>();
  });

  it('lists every code that the sources use', () => {
    const used = new Set<string>();
    for (const room of ['cpp', 'src']) {
      for (const entry of readdirSync(join(root, room), { recursive: true, encoding: 'utf8' })) {
        if (!/\.(cc|h|ts)$/.test(entry) || entry.startsWith('test')) continue;
        const text = readFileSync(join(root, room, entry), 'utf8');
        for (const [, code] of text.matchAll(/['"](ERR_[A-Z_]+)['"]/g)) used.add(code!);
      }
    }
    const listed: ReadonlySet<string> = new Set(errorCodes);
    expect([...used].filter((code) => !listed.has(code))).toEqual([]);
  });
});
