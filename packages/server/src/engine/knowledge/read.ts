/**
 * What a document says: its text in parts that know where they stand. Whatever has a format is read by a program in the jail
 * (formats.ts); plain texts and CSV are read here.
 *
 * KX1 What is read is data: nothing of a document is run, fetched or followed.
 * KX2 Whatever is read is counted as it comes: what would be more than a document may have ends the reading, before it is all
 *     in memory. Lines and rows are read some at a time, and others have their turn in between.
 */

import {
  bad,
  type Formats,
  good,
  KNOWLEDGE_LIMITS,
  linesOf,
  MOST_CELLS,
  type Part,
  problem,
  type Problem,
  type Refused,
  type Result,
} from '@headgate/core';

/** Bytes that can be asked for piece by piece. */
export type Bytes = {
  readonly size: number;
  readonly read: (from: number, to: number) => Promise<Uint8Array | Refused>;
};

/** Bytes of a text that is read at once. */
const LARGEST_TEXT = 32 * 1024 * 1024;
const MOST_SHEETS = 50;

type Kind = 'text' | 'html' | 'pdf' | 'docx' | 'xlsx' | 'csv';
const KINDS: Readonly<Record<string, Kind>> = {
  ...{ txt: 'text', text: 'text', md: 'text', markdown: 'text', csv: 'csv', tsv: 'csv' },
  ...{ html: 'html', htm: 'html', xhtml: 'html', pdf: 'pdf', docx: 'docx', xlsx: 'xlsx' },
};

/** What kind of document a name says it is; undefined: none that is read. */
export const kindOfName = (name: string): Kind | undefined => {
  const dot = name.lastIndexOf('.');
  const ending = name.slice(dot + 1).toLowerCase();
  return dot < 0 || !Object.hasOwn(KINDS, ending) ? undefined : KINDS[ending];
};

const UNREAD: Problem = problem('knowledge.format', 'Documents of this kind are not read', {
  fix: 'Text, Markdown, HTML, PDF, .docx, .xlsx and CSV are.',
});
export const TOO_LONG: Problem = problem(
  'knowledge.large',
  `It has more than ${KNOWLEDGE_LIMITS.text} characters, or ${KNOWLEDGE_LIMITS.ofDocument} pieces`,
  { fix: 'Cut it into several documents, or into larger pieces.' },
);
const TOO_WIDE: Problem = problem('knowledge.large', `A line of it has more than ${MOST_CELLS} cells`, {
  fix: 'Look for the line ends: they may be missing, or the separator is not what was taken for it.',
});
const EMPTY: Problem = problem('knowledge.format', 'It holds no text', {
  fix: 'Pictures of text are not read: run it through text recognition first.',
});
const BROKEN: Problem = problem('format.crashed', 'The program that read this answered what makes no sense');

/** A row as a text that says what its columns are. */
export const rowText = (names: readonly string[], cells: readonly unknown[]): string =>
  cells
    .flatMap((cell, index) => {
      const said = cell === null || cell === undefined ? '' : String(cell).trim();
      return said === '' ? [] : [`${names[index]?.trim() || `column ${index + 1}`}: ${said}`];
    })
    .join('\n');

/** Characters of a name of a column: it is said with each of its cells. */
const NAME = 200;
/** Rows that are read before others have their turn. */
const STRETCH = 1_000;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** Makes parts of the rows below a row of names, each with a line end, so that two are never one word. */
class Rows {
  readonly parts: Part[] = [];
  readonly #heading: string | undefined;
  #names: readonly string[] | null = null;
  #row = 0;
  #length = 0;

  constructor(heading?: string) {
    this.#heading = heading;
  }

  /** Rows that say nothing are passed over. */
  add(cells: readonly unknown[]): Problem | null {
    this.#row += 1;
    if (this.#names === null) {
      this.#names = cells.map((cell) => (cell === null ? '' : String(cell).slice(0, NAME)));
      return null;
    }
    const text = rowText(this.#names, cells);
    if (text === '') return null;
    this.#length += text.length + 1;
    this.parts.push({
      ...{ text: `${text}\n`, row: this.#row },
      ...(this.#heading === undefined ? {} : { heading: this.#heading }),
    });
    const fits = this.parts.length <= KNOWLEDGE_LIMITS.ofDocument && this.#length <= KNOWLEDGE_LIMITS.text;
    return fits ? null : TOO_LONG;
  }
}

class Reading {
  readonly #formats: Formats;
  readonly #bytes: Bytes;
  #length = 0;

  constructor(formats: Formats, bytes: Bytes) {
    this.#formats = formats;
    this.#bytes = bytes;
  }

  async parts(kind: Kind): Promise<Result<readonly Part[]>> {
    switch (kind) {
      case 'text':
        return this.#text(async (text) => good([{ text }]));
      case 'csv':
        return this.#text(csvParts);
      case 'html': {
        const done = await this.#run('markdown', { size: this.#bytes.size, to: 'markdown' });
        if (!done.ok) return done;
        return typeof done.value === 'string' ? good([{ text: done.value }]) : bad(BROKEN);
      }
      case 'pdf': {
        const parts: Part[] = [];
        const input = { size: this.#bytes.size, first: 1, pages: 5_000, most: KNOWLEDGE_LIMITS.text };
        const done = await this.#run('pdf', input, (value) => {
          const { page, text } = value as { page?: unknown; text?: unknown };
          if (!Number.isSafeInteger(page) || typeof text !== 'string') return BROKEN;
          parts.push({ text: `${text}\n`, page: Number(page) });
          return this.#grown(text.length);
        });
        return done.ok ? good(parts) : done;
      }
      case 'docx': {
        const texts: string[] = [];
        const input = { size: this.#bytes.size, most: KNOWLEDGE_LIMITS.text };
        const done = await this.#run('docx', input, (value) => {
          if (typeof value !== 'string') return BROKEN;
          texts.push(value);
          return this.#grown(value.length);
        });
        return done.ok ? good([{ text: texts.join('') }]) : done;
      }
      case 'xlsx':
        return this.#book();
    }
  }

  async #book(): Promise<Result<readonly Part[]>> {
    const parts: Part[] = [];
    for (let sheet = 1; ; sheet += 1) {
      const read: (readonly unknown[])[] = [];
      const input = { do: 'read', size: this.#bytes.size, sheet, from: 1, rows: KNOWLEDGE_LIMITS.ofDocument + 1 };
      const done = await this.#run('sheet', input, (value) => {
        if (!Array.isArray(value)) return BROKEN;
        for (const row of value as readonly unknown[]) {
          if (!Array.isArray(row)) return BROKEN;
          read.push(row);
        }
        return this.#grown(JSON.stringify(value).length);
      });
      if (!done.ok) return done;
      const { names, name } = done.value as { names?: unknown; name?: unknown };
      if (!Array.isArray(names) || typeof name !== 'string') return bad(BROKEN);
      const rows = new Rows(name.slice(0, 200));
      for (const [at, cells] of read.entries()) {
        const why = rows.add(cells);
        if (why !== null || parts.length + rows.parts.length > KNOWLEDGE_LIMITS.ofDocument) return bad(TOO_LONG);
        if (at % STRETCH === 0) await turn();
      }
      for (const part of rows.parts) parts.push(part);
      if (sheet >= Math.min(names.length, MOST_SHEETS)) return good(parts);
    }
  }

  #grown(by: number): Problem | null {
    this.#length += by;
    return this.#length > KNOWLEDGE_LIMITS.text * 2 ? TOO_LONG : null;
  }

  async #text(of: (text: string) => Promise<Result<readonly Part[]>>): Promise<Result<readonly Part[]>> {
    const { size, read } = this.#bytes;
    if (size > LARGEST_TEXT) return bad(TOO_LONG);
    const bytes = await read(0, size);
    if ('problem' in bytes) return bad(bytes.problem);
    const text = new TextDecoder('utf-8').decode(bytes);
    return text.length > KNOWLEDGE_LIMITS.text ? bad(TOO_LONG) : of(text);
  }

  async #run(
    program: 'markdown' | 'pdf' | 'docx' | 'sheet',
    input: unknown,
    take?: (value: unknown) => Problem | null,
  ): Promise<Result<unknown>> {
    const done = await this.#formats.run({
      ...{ program, input, read: (_source, from, to) => this.#bytes.read(from, to) },
      ...(take === undefined
        ? {}
        : {
            take: (value: unknown) => {
              const why = take(value);
              return why === null ? null : { problem: why, sent: 'no' as const };
            },
          }),
    });
    return 'problem' in done ? bad(done.problem) : good(done.value);
  }
}

const csvParts = async (text: string): Promise<Result<readonly Part[]>> => {
  const rows = new Rows();
  let at = 0;
  for (const cells of linesOf(text)) {
    const why = cells === null ? TOO_WIDE : rows.add(cells);
    if (why !== null) return bad(why);
    at += 1;
    if (at % STRETCH === 0) await turn();
  }
  return good(rows.parts);
};

/** The parts of a document of this name. */
export const readDocument = async (formats: Formats, name: string, bytes: Bytes): Promise<Result<readonly Part[]>> => {
  const kind = kindOfName(name);
  if (kind === undefined) return bad(UNREAD);
  const read = await new Reading(formats, bytes).parts(kind);
  return read.ok ? judged(read.value) : read;
};

/** No text, or too much of it, is a Problem. */
export const judged = (parts: readonly Part[]): Result<readonly Part[]> => {
  const length = parts.reduce((sum, { text }) => sum + text.length, 0);
  if (length > KNOWLEDGE_LIMITS.text) return bad(TOO_LONG);
  return parts.some(({ text }) => text.trim() !== '') ? good(parts) : bad(EMPTY);
};
