import { harmless, type Output, stderr, styled } from './terminal.js';

/** What the user did wrong on the command line itself: exit code 2. */
export class UsageError extends Error {
  static {
    UsageError.prototype.name = 'UsageError';
  }
}

/** A failure of a command that has said all there is to say. */
export class SaidFailure extends Error {}

const doctor = "'libtorch-node doctor' says more.";
const inputs = 'Each argument of the method takes one --input, in order.';

const advice: Readonly<Record<string, string>> = {
  ERR_ADDON_NOT_FOUND: doctor,
  ERR_ADDON_LOAD: doctor,
  ERR_LIBTORCH_NOT_FOUND: doctor,
  ERR_LIBTORCH_VERSION: doctor,
  ERR_LIBTORCH_LOAD: doctor,
  ERR_DEVICE_UNAVAILABLE: "'libtorch-node doctor' lists the devices.",
  ERR_OUT_OF_MEMORY: 'Try smaller inputs, or another --device.',
  ERR_MISSING_ARGUMENT: inputs,
  ERR_TOO_MANY_ARGUMENTS: inputs,
  ERR_NO_METHOD: "'libtorch-node inspect' lists the methods; --method chooses one.",
  ERR_ACCURACY_DROP: 'Nothing was written. --keep-float leaves the layers in float that cost most.',
  ERR_SCRIPT_FAILED:
    'Most often a shape or dtype that the model does not take. --verbose shows its code.',
};

const TRACEBACK = 'Traceback of TorchScript';

/** The last place that a traceback of TorchScript names. */
function placeOf(traceback: string): string {
  const places = [...traceback.matchAll(/File "([^"\n]*)", line (\d+), in (\S+)/g)];
  const [, file, line, name] = places.at(-1) ?? [];
  return file === undefined ? '' : ` (${file}:${line} in ${name})`;
}

function shorten(message: string, verbose: boolean): string {
  const text = harmless(message).trimEnd();
  const end = text.indexOf(TRACEBACK);
  if (verbose || end < 0) return text;
  return `${text.slice(0, end).trim()}${placeOf(text.slice(end))}`;
}

function codeOf(error: Error): string {
  const code: unknown = 'code' in error ? error.code : undefined;
  return typeof code === 'string' && code.startsWith('ERR_') ? code : '';
}

/** An error as JSON tells it. */
export function failureData(error: unknown): { code: string | null; message: string } {
  const thrown = error instanceof Error ? error : new Error(String(error));
  return { code: codeOf(thrown) || null, message: shorten(thrown.message, false) };
}

/** Prints an error as a person reads it, and gives the exit code. */
export function reportFailure(error: unknown, verbose: boolean, to: Output = stderr): number {
  if (error instanceof SaidFailure) return 1;
  const thrown = error instanceof Error ? error : new Error(String(error));
  const code = codeOf(thrown);
  const head = styled(to, ['red', 'bold'], 'error');
  const shown = code === '' ? '' : ` ${styled(to, 'dim', code)}`;
  to.write(`${head}${shown}: ${shorten(thrown.message || thrown.name, verbose)}\n`);
  if (advice[code] !== undefined) to.write(`${advice[code]}\n`);
  if (verbose && thrown.stack) {
    const frames = thrown.stack.slice(Math.max(0, thrown.stack.search(/^ {4}at /m)));
    to.write(`${styled(to, 'dim', harmless(frames))}\n`);
  }
  return error instanceof UsageError ? 2 : 1;
}
