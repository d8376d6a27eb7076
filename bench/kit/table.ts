/** Tables for a terminal: the first column left, the others right; numbers line up. */

export type Row = readonly string[];

export const table = (head: Row, rows: readonly Row[]): string => {
  const widths = head.map((name, i) => Math.max(name.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (row: Row): string =>
    row
      .map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0)))
      .join('  ')
      .trimEnd();
  return [line(head), widths.map((width) => '-'.repeat(width)).join('  '), ...rows.map(line)].join('\n');
};

export type Verdict = {
  readonly what: string;
  readonly figure: string;
  readonly target: string;
  readonly reached: boolean;
};

/** What was to be reached, and whether it was. */
export const verdicts = (all: readonly Verdict[]): string =>
  table(
    ['to reach', 'measured', 'target', ''],
    all.map((v) => [v.what, v.figure, v.target, v.reached ? 'reached' : 'MISSED']),
  );
