/** Figures and how they are shown. */

/** @param {number[]} values @returns {number} */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? (sorted[middle] ?? NaN) : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
}

/** Three significant digits. @param {number} value */
export const round = (value) => (Number.isFinite(value) ? Number(value.toPrecision(3)) : null);

/** A table for people. @param {string[]} head @param {(string | number | null)[][]} rows */
export function table(head, rows) {
  const lines = [head, ...rows].map((row) => row.map((cell) => String(cell ?? "–")));
  const widths = head.map((_, column) => Math.max(...lines.map((row) => (row[column] ?? "").length)));
  const line = (/** @type {string[]} */ row) => row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0))).join("  ");
  const [first = [], ...others] = lines;
  console.log(["", line(first), widths.map((width) => "-".repeat(width)).join("  "), ...others.map(line), ""].join("\n"));
}

/** The last line of a bench. @param {Record<string, unknown>} figures */
export const lastLine = (figures) => console.log(JSON.stringify(figures));
