/** A test that prints is a test nobody reads: console output fails it. */
import { afterEach, beforeEach, expect, vi } from 'vitest';

const methods = ['debug', 'error', 'info', 'log', 'warn'] as const;
const printed: string[] = [];
let spies: { mockRestore(): void }[] = [];

beforeEach(() => {
  printed.length = 0;
  spies = methods.map((method) =>
    vi.spyOn(console, method).mockImplementation((...parts: unknown[]) => {
      printed.push(`console.${method}: ${parts.map(String).join(' ')}`);
    }),
  );
});

afterEach(() => {
  const lines = [...printed];
  for (const spy of spies) spy.mockRestore();
  expect(lines, 'a test printed to the console').toEqual([]);
});
