/** Lines of a CSV file (RFC 4180) that a spreadsheet shows as they are and never runs. */

export type Cell = string | number | null;

/** Without it Excel takes UTF-8 for the code page of the machine, and Korean for nonsense. */
export const byteOrderMark = '\ufeff';

/** What a spreadsheet takes for a formula, also in its full-width forms. */
const formula = /^[=+\-@\t\r\n＝＋－＠]/;
const quoted = /[",\r\n]/;

/** Text gets an apostrophe where it could be a formula; numbers are ours and stay numbers. */
export function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(written).join(',')}\r\n`;
}

function written(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'number') return String(cell);
  const safe = formula.test(cell) ? `'${cell}` : cell;
  return quoted.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
