/**
 * CSV (RFC 4180) and what spreadsheets copy, read into cells and written from them. The separator is seen from the first line.
 */

/** The lines of a text as lists of cells; quoted ones may hold separators and line ends. Empty lines are left out. */
export const readCells = (text: string, separator: string = separatorOf(text)): string[][] => {
  const lines: string[][] = [];
  let line: string[] = [];
  let cell = '';
  let quoted = false;
  let began = false;
  const endCell = (): void => {
    line.push(cell);
    cell = '';
    began = false;
  };
  const endLine = (): void => {
    endCell();
    if (line.length > 1 || line[0] !== '') lines.push(line);
    line = [];
  };
  const source = text.startsWith('\ufeff') ? text.slice(1) : text;
  for (let at = 0; at < source.length; at += 1) {
    const one = source[at] ?? '';
    if (quoted) {
      if (one !== '"') cell += one;
      else if (source[at + 1] === '"') {
        cell += '"';
        at += 1;
      } else quoted = false;
    } else if (one === '"' && !began) {
      quoted = true;
      began = true;
    } else if (one === separator) endCell();
    else if (one === '\n') endLine();
    else if (one !== '\r' || source[at + 1] !== '\n') {
      cell += one;
      began = true;
    }
  }
  if (cell !== '' || line.length > 0) endLine();
  return lines;
};

/** A tab, a semicolon or a comma: whichever the first line has most of. */
const separatorOf = (text: string): string => {
  const end = text.indexOf('\n');
  const first = end < 0 ? text : text.slice(0, end);
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
