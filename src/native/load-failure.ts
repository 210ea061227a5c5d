/** Words for what keeps native code from loading. */

/** Why this platform has no LibTorch, or null where it may. */
export function explainPlatform(platform: string = process.platform): string | null {
  return platform === 'linux'
    ? null
    : `libtorch-node runs on Linux with glibc, not on ${platform}-${process.arch}`;
}

const hints: readonly (readonly [RegExp, string])[] = [
  [
    /GLIBC(XX)?_[\d.]+' not found/,
    'The C or C++ library of this system is too old for it: glibc 2.28 or newer is needed. ' +
      'Build from source here with: npm run build:native',
  ],
  [
    /cannot allocate memory in static TLS block/,
    'Load that library first: set LD_PRELOAD to its path when starting Node',
  ],
  [
    /undefined symbol|symbol lookup error/,
    'LibTorch is not the build that the addon was compiled for. Rebuild with: npm run build:native',
  ],
  [
    /cannot open shared object file/,
    'Install the library that is named, or set LIBTORCH to a complete LibTorch',
  ],
  [
    /wrong ELF class|invalid ELF header|file too short/,
    'The file is damaged or of another architecture',
  ],
  [
    /no-addons|ERR_DLOPEN_DISABLED|Cannot load native addon/,
    'Node runs with --no-addons or without addon permission',
  ],
];

/** One message for a library that does not open: what, why, and what to do. */
export function explainLoadFailure(path: string, cause: unknown): string {
  const reason = cause instanceof Error ? cause.message : String(cause);
  const hint = isMusl() ? muslHint : hints.find(([pattern]) => pattern.test(reason))?.[1];
  return `${path} cannot be loaded: ${reason}${hint ? `\n${hint}.` : ''}`;
}

/** What a system without glibc needs. */
export const muslHint =
  'This system uses musl (Alpine); LibTorch exists for glibc only. Use a glibc image, e.g. node:20-slim';

/** Asked only after a failure: the report takes milliseconds. */
export function isMusl(): boolean {
  const report = process.report?.getReport() as
    | { header?: { glibcVersionRuntime?: string } }
    | undefined;
  return report?.header !== undefined && report.header.glibcVersionRuntime === undefined;
}
