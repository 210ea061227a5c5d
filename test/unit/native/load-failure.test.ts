import { describe, expect, it } from 'vitest';
import { explainLoadFailure, explainPlatform } from '../../../src/native/load-failure.js';

describe('explainPlatform', () => {
  it('takes Linux and names any other platform', () => {
    expect(explainPlatform('linux')).toBeNull();
    expect(explainPlatform('darwin')).toContain('not on darwin-');
  });
});

describe('explainLoadFailure', () => {
  it.each([
    ["/lib/libc.so.6: version `GLIBC_2.34' not found (required by x)", 'too old'],
    ['libgomp.so.1: cannot open shared object file: No such file or directory', 'Install'],
    ['x.node: undefined symbol: _ZN3c105ErrorE', 'Rebuild'],
    ['libgomp.so.1: cannot allocate memory in static TLS block', 'LD_PRELOAD'],
    ['x.node: invalid ELF header', 'architecture'],
    ['Cannot load native addon because loading addons is disabled.', '--no-addons'],
  ])('says what to do about "%s"', (reason, advice) => {
    const text = explainLoadFailure('/x.node', new Error(reason));
    expect(text).toContain(`/x.node cannot be loaded: ${reason}\n`);
    expect(text).toContain(advice);
  });

  it('gives an unknown reason as it is', () => {
    expect(explainLoadFailure('/x.node', 'why')).toBe('/x.node cannot be loaded: why');
  });
});
