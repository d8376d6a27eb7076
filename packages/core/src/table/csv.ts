/**
 * CSV (RFC 4180) and what spreadsheets copy, read into cells and written from them. The separator is seen from the first line.
 */

/** Cells of one line that are read; none of ours has more columns. */
export const MOST_CELLS = 10_000;

/**
 * The lines of a text one by one, as lists of cells; quoted ones may hold separators and line ends. Empty lines are left out.
 * Null, and nothing after it: a line has more cells than MOST_CELLS. No more than a line is in memory besides the text.
 */
export function* linesOf(
  text: string,
  separator: string = separatorOf(text),
): Generator<readonly string[] | null, void, undefined> {
  const sign = separator.charCodeAt(0).toString(16).padStart(4, '0');
  const ends = new RegExp(`[\\u${sign}\\n]|\\r\\n`, 'g');
  let line: string[] = [];
  for (let at = text.startsWith('\ufeff') ? 1 : 0; at < text.length; ) {
    let cell = '';
    if (text[at] === '"') {
      const read = quotedAt(text, at + 1);
      cell = read.cell;
      at = read.end;
    }
    // What stands outside of quotes, to the end of the cell. A lone \r is a sign like others.
    ends.lastIndex = at;
    const end = ends.exec(text)?.index ?? text.length;
    cell += text.slice(at, end);
    at = end;
    if (line.length >= MOST_CELLS) {
      yield null;
      return;
    }
    line.push(cell);
    if (text[at] === separator && at + 1 < text.length) {
      at += 1;
      continue;
    }
    // A separator at the very end has an empty cell after it.
    if (text[at] === separator) line.push('');
    at += text[at] === '\r' ? 2 : 1;
    if (line.length > 1 || line[0] !== '') yield line;
    line = [];
  }
}

/** A quoted cell whose text begins at `from`: what it says, and where its closing quote ends. */
const quotedAt = (text: string, from: number): { readonly cell: string; readonly end: number } => {
  const runs: string[] = [];
  for (let at = from; ; ) {
    const quote = text.indexOf('"', at);
    if (quote < 0) return { cell: [...runs, text.slice(at)].join(''), end: text.length };
    if (text[quote + 1] !== '"') return { cell: [...runs, text.slice(at, quote)].join(''), end: quote + 1 };
    runs.push(text.slice(at, quote + 1));
    at = quote + 2;
  }
};

/** All lines of a text. Null: it has more than `most` cells, or a line of it more than MOST_CELLS. */
export const readCells = (text: string, most: number, separator: string = separatorOf(text)): string[][] | null => {
  const lines: string[][] = [];
  let cells = 0;
  for (const line of linesOf(text, separator)) {
    cells += line?.length ?? 0;
    if (line === null || cells > most) return null;
    lines.push([...line]);
  }
  return lines;
};

/** Characters of a first line that are looked at. */
const FIRST = 100_000;

/** A tab, a semicolon or a comma: whichever the first line has most of. */
const separatorOf = (text: string): string => {
  const end = text.slice(0, FIRST).indexOf('\n');
  const first = text.slice(0, end < 0 ? FIRST : end);
  let best = ',';
  let most = 0;
  for (const one of ['\t', ';', ',']) {
    const many = first.split(one).length - 1;
    if (many > most) {
      best = one;
      most = many;
    }
  }
  return best;
};

const NEEDS_QUOTES = /[",;\t\r\n]|^\s|\s$/;

/** One line of a CSV, with its end. */
export const writeLine = (cells: readonly string[]): string =>
  `${cells.map((cell) => (NEEDS_QUOTES.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')}\r\n`;
