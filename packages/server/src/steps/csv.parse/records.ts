/**
 * Records of CSV, from bytes that come in pieces: a piece is parsed when it is there, and what of it may go on waits for the
 * next. Reading and quoting is papaparse's.
 *
 * CS1 No more is in memory than a piece and a record: a record longer than LONGEST is a Problem, and so is a quote that nothing
 *     closes.
 */

import { type Problem, problem } from '@headgate/core/step';

export const SEPARATORS = [',', ';', '\t', '|'] as const;
export type Separator = (typeof SEPARATORS)[number];

/** Characters of one record. */
export const LONGEST = 1024 * 1024;

/** Carries a Problem out of the records. */
export class CsvFault extends Error {
  readonly problem: Problem;
  constructor(of: Problem) {
    super(of.text);
    this.problem = of;
  }
}

const fault = (code: string, text: string, fix: string): CsvFault => new CsvFault(problem(code, text, { fix }));

/** The separator that a first line was most likely written with. */
export const guessSeparator = (line: string): Separator => {
  const plain = line.replaceAll(/"[^"]*"/g, '');
  let best: Separator = ',';
  for (const one of SEPARATORS) if (plain.split(one).length > plain.split(best).length) best = one;
  return best;
};

/** How lines end, by a text that holds one at least. */
const lineEnd = (text: string): string => {
  const plain = text.replaceAll(/"[^"]*"/g, '');
  if (plain.includes('\r\n')) return '\r\n';
  return plain.includes('\n') || !plain.includes('\r') ? '\n' : '\r';
};

/** Names of columns: one that is empty gets its number, one that is there already a number after it. */
export const columnsOf = (header: readonly string[]): readonly string[] => {
  const seen = new Set<string>();
  return header.map((cell, i) => {
    const name = cell.trim() === '' ? `column_${i + 1}` : cell.trim();
    let unique = name;
    for (let n = 2; seen.has(unique); n += 1) unique = `${name}_${n}`;
    seen.add(unique);
    return unique;
  });
};

/** Texts of bytes in UTF-8, a character that is cut between two pieces whole. */
async function* textsOf(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const decode = (piece?: Uint8Array): string => {
    try {
      return piece === undefined ? decoder.decode() : decoder.decode(piece, { stream: true });
    } catch {
      throw fault('file.text', 'The CSV is no text in UTF-8', 'Save it as UTF-8.');
    }
  };
  for await (const piece of pieces) yield decode(piece);
  yield decode();
}

/** The records in order, some at a time; lines with nothing on them are passed over. */
export async function* recordsOf(
  pieces: AsyncIterable<Uint8Array>,
  asked?: Separator,
): AsyncGenerator<readonly (readonly string[])[], void, undefined> {
  const { default: Papa } = await import('papaparse');
  let parser: InstanceType<typeof Papa.Parser> | null = null;
  let rest = '';
  const parse = (last: boolean): readonly (readonly string[])[] => {
    if (parser === null) {
      // Until a line has ended nobody knows how lines end here.
      if (!last && !/[\r\n][^\n]/.test(rest)) return [];
      const first = /^[^\r\n]*/.exec(rest)?.[0] ?? '';
      parser = new Papa.Parser({ delimiter: asked ?? guessSeparator(first), newline: lineEnd(rest), quoteChar: '"' });
    }
    const { data, errors, meta } = parser.parse(rest, 0, !last);
    if (errors.some(({ code }) => code === 'MissingQuotes') && last)
      throw fault('csv.quotes', 'A quote in the CSV is never closed', 'Look at its last lines.');
    if (errors.some(({ code }) => code === 'InvalidQuotes'))
      throw fault(
        'csv.quotes',
        'A quote in the CSV stands where none can',
        'Write a quote inside a quoted cell twice.',
      );
    rest = last ? '' : rest.slice(meta.cursor);
    return data.filter((cells) => cells.length > 1 || (cells[0] ?? '').trim() !== '');
  };
  for await (const text of textsOf(pieces)) {
    rest += text;
    const records = parse(false);
    if (rest.length > LONGEST)
      throw fault('csv.quotes', 'A record of the CSV is longer than 1 MB', 'A quote may be missing in it.');
    if (records.length > 0) yield records;
  }
  const records = parse(true);
  if (records.length > 0) yield records;
}
