/** A table of a vendor's tool by column name: never by position, because columns come, go and are renamed. */
export interface CsvTable {
  readonly columns: readonly string[];
  readonly rows: readonly CsvRow[];
  /** Lines that are no rows: warnings the tool mixes in. */
  readonly remarks: readonly string[];
}

export interface CsvRow {
  /** Trimmed; undefined when the table has no such column or the row ends before it. */
  cell(column: string): string | undefined;
  readonly cells: readonly string[];
  /** The line ended before its last column, or without its line end: the last value may be half of one. */
  readonly cut: boolean;
}

/**
 * Reads comma separated text with a header line. Units in headers (`memory.total [MiB]`) are dropped. The separator is
 * comma and space where the header has it, so that a decimal comma stays in its number. Surplus cells belong to
 * `freeText`, the one column whose values may hold commas.
 */
export function parseCsv(text: string, keyColumn: string, freeText: string): CsvTable {
  const lines = text.split(/\r?\n/);
  const ended = lines.at(-1) === '';
  const headerAt = lines.findIndex((line) => columnNames(line).includes(keyColumn));
  const filled = lines.map((line, at) => ({ line, at })).filter(({ line }) => line.trim() !== '');
  if (headerAt < 0) return { columns: [], rows: [], remarks: filled.map(({ line }) => line.trim()) };
  const header = lines[headerAt] ?? '';
  const columns = columnNames(header);
  const separator = header.includes(', ') ? ', ' : ',';
  const rows: CsvRow[] = [];
  const remarks: string[] = [];
  for (const { line, at } of filled) {
    if (at === headerAt) continue;
    if (at < headerAt || !line.includes(separator)) remarks.push(line.trim());
    else rows.push(row(columns, joinSurplus(splitLine(line, separator), columns, freeText, separator), !ended && at === lines.length - 1));
  }
  return { columns, rows, remarks };
}

function columnNames(line: string): string[] {
  return line.split(',').map((column) => column.trim().replace(/\s*\[.*\]$/, ''));
}

function row(columns: readonly string[], cells: readonly string[], unended: boolean): CsvRow {
  const cut = unended || cells.length < columns.length;
  const sure = cut ? cells.slice(0, -1) : cells;
  return { cells: sure, cut, cell: (column) => sure[columns.indexOf(column)] };
}

/** Quotes hold a cell together; a doubled quote inside is one quote. A lone quote is a character like any other. */
function splitLine(line: string, separator: string): string[] {
  const cells: string[] = [];
  let rest = line;
  for (;;) {
    const quoted = /^\s*"((?:[^"]|"")*)"\s*(?:,|$)/.exec(rest);
    if (quoted) {
      cells.push((quoted[1] ?? '').replaceAll('""', '"').trim());
      if (quoted[0].length >= rest.length && !quoted[0].endsWith(',')) return cells;
      rest = rest.slice(quoted[0].length);
      continue;
    }
    const end = rest.indexOf(separator);
    cells.push((end < 0 ? rest : rest.slice(0, end)).trim());
    if (end < 0) return cells;
    rest = rest.slice(end + separator.length);
  }
}

function joinSurplus(cells: readonly string[], columns: readonly string[], freeText: string, separator: string): readonly string[] {
  const surplus = cells.length - columns.length;
  const at = columns.indexOf(freeText);
  if (surplus <= 0 || at < 0) return cells;
  return [...cells.slice(0, at), cells.slice(at, at + surplus + 1).join(separator), ...cells.slice(at + surplus + 1)];
}
