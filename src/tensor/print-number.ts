/** Whether x stands exactly half-way between two decimals of `digits` places. */
function isFixedTie(x: number, digits: number): boolean {
  const scaled = Math.abs(x) * 2 ** (digits + 1);
  return scaled < Number.MAX_SAFE_INTEGER && scaled % 2 === 1;
}

function special(x: number): string | null {
  if (Number.isNaN(x)) return 'nan';
  if (x === Number.POSITIVE_INFINITY) return 'inf';
  return x === Number.NEGATIVE_INFINITY ? '-inf' : null;
}

const isNegative = (x: number): boolean => x < 0 || Object.is(x, -0);
const endsEven = (text: string): boolean => '02468'.includes(text.at(-1)!);

/** Python's `f'{x:.{digits}f}'`: ties go to the even digit, -0 keeps its sign. @internal */
export function formatFixed(x: number, digits: number): string {
  const word = special(x);
  if (word !== null) return word;
  const value = Math.abs(x);
  const sign = isNegative(x) ? '-' : '';
  if (value >= 1e21) {
    const whole = BigInt(value).toString();
    return digits === 0 ? sign + whole : `${sign}${whole}.${'0'.repeat(digits)}`;
  }
  if (isFixedTie(value, digits)) {
    const below = value.toFixed(digits + 1).slice(0, digits === 0 ? -2 : -1);
    if (endsEven(below)) return sign + below;
  }
  return sign + value.toFixed(digits);
}

/** Python's `f'{x:.{digits}e}'`: at least two digits of exponent, ties to even. @internal */
export function formatScientific(x: number, digits: number): string {
  const word = special(x);
  if (word !== null) return word;
  const value = Math.abs(x);
  // A tie has no digit but one 5 behind the kept ones; no double comes nearer to one than 1e-60.
  const exact = value.toExponential(digits + 60).split('e') as [string, string];
  const kept = digits === 0 ? 1 : digits + 2;
  const down = exact[0].slice(0, kept);
  const isTie = /^\.?50*$/.test(exact[0].slice(kept));
  const [mantissa, power] =
    isTie && endsEven(down)
      ? [down, exact[1]]
      : (value.toExponential(digits).split('e') as [string, string]);
  return `${isNegative(x) ? '-' : ''}${mantissa}e${pad(power)}`;
}

/** An exponent with its sign and at least two digits. */
function pad(power: string): string {
  return power[0] + power.slice(1).padStart(2, '0');
}

/** Python's `repr` of a float: shortest digits, an exponent below 1e-4 and from 1e16. @internal */
export function formatRepr(x: number): string {
  const word = special(x);
  if (word !== null) return word;
  const sign = isNegative(x) ? '-' : '';
  const value = Math.abs(x);
  if (value !== 0 && (value < 1e-4 || value >= 1e16)) {
    const [mantissa, power] = value.toExponential().split('e') as [string, string];
    return `${sign}${mantissa}e${pad(power)}`;
  }
  const text = value.toString();
  return sign + (text.includes('.') ? text : `${text}.0`);
}
