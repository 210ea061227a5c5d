/** What a figure found: tables for people, and checks of a value against its limit. */

/** A number with three digits that tell. */
export function digits(value) {
  if (!Number.isFinite(value)) return String(value);
  const places = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value) || 1)));
  return value.toFixed(Math.min(places, 4));
}

function cell(value) {
  return typeof value === 'number' ? digits(value) : String(value ?? '');
}

/** Columns as wide as they must be; numbers to the right. */
export function renderTable(head, rows) {
  const all = [head, ...rows].map((row) => row.map(cell));
  const widths = head.map((_, column) => Math.max(...all.map((row) => row[column].length)));
  const isNumber = head.map((_, column) => rows.some((row) => typeof row[column] === 'number'));
  const line = (row) =>
    row
      .map((text, i) => (isNumber[i] ? text.padStart(widths[i]) : text.padEnd(widths[i])))
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '─'.repeat(width)).join('  ');
  return [line(all[0]), rule, ...all.slice(1).map(line)].join('\n');
}

export class Report {
  constructor(name, about) {
    this.name = name;
    this.about = about;
    this.tables = [];
    this.checks = [];
    this.measurements = {};
  }

  table(title, head, rows) {
    this.tables.push({ title, head, rows });
  }

  /** A table of times: median and minimum over the rounds. */
  times(title, times) {
    const rows = Object.values(times).map(({ name, median, min }) => [name, median, min]);
    this.table(title, ['', 'median µs', 'min µs'], rows);
    this.measurements[title] = Object.values(times);
  }

  /** `value` should be at most `limit`, or at least where `least` is set. */
  check(what, value, { limit, unit = '', least = false, byMinima = null }) {
    const met = least ? value >= limit : value <= limit;
    this.checks.push({ what, value, byMinima, limit, least, unit, met });
  }

  render() {
    const parts = [`${this.name}: ${this.about}`];
    for (const { title, head, rows } of this.tables) {
      parts.push(`${title}\n${renderTable(head, rows)}`);
    }
    if (this.checks.length > 0) {
      const rows = this.checks.map(({ what, value, byMinima, limit, least, unit, met }) => [
        what,
        `${digits(value)} ${unit}`.trim(),
        byMinima === null ? '' : `${digits(byMinima)} ${unit}`.trim(),
        `${least ? '≥' : '≤'} ${digits(limit)} ${unit}`.trim(),
        met ? 'met' : 'MISSED',
      ]);
      parts.push(renderTable(['figure', 'value', 'by minima', 'wanted', ''], rows));
    }
    return parts.join('\n\n');
  }

  toJSON() {
    const { name, about, checks, tables, measurements } = this;
    return { name, about, checks, tables, measurements };
  }
}
