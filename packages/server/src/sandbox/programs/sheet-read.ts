/**
 * Workbooks of the form .xlsx (ECMA-376): their sheets, and the rows of one, cell by cell with their kinds. Unzipping is
 * fflate's, XML is saxes'; a document type is refused.
 *
 * SR1 A workbook is an archive: entries, bytes and ratio are counted as of any other.
 * SR2 A row or cell that says that it stands far out makes nothing between: what is empty is not there.
 */

import { SaxesParser } from 'saxes';
import { fault, type Source } from './bytes.ts';
import { Budget } from './inflate.ts';
import { type Entry, zipEntries } from './zip.ts';

export type Cell = string | number | boolean | null;
type Sheet = { readonly name: string; readonly part: string };
export type Book = {
  readonly sheets: readonly Sheet[];
  readonly read: (sheet: Sheet, row: Row, between: () => Promise<void>) => Promise<void>;
};
/** Told of each row that is not empty; false: no more are wanted. */
type Row = (cells: Cell[], number: number) => boolean;

const BOUNDS = { entries: 5_000, bytes: 1024 * 1024 * 1024, ratio: 500 };
const LAST_COLUMN = 16_384;
const MOST_TEXTS = 2_000_000;

type Tags = {
  readonly open?: (name: string, attributes: Readonly<Record<string, string>>) => void;
  readonly close?: (name: string) => void;
  readonly text?: (text: string) => void;
};

/** Reads a part as XML; names without their prefix. */
const walk = async (part: Entry, tags: Tags, between: () => Promise<boolean> = async () => true): Promise<void> => {
  const parser = new SaxesParser({ xmlns: false, position: false });
  const plain = (name: string): string => name.slice(name.indexOf(':') + 1);
  parser.on('error', (error) => {
    throw fault('sheet.damaged', `The workbook is damaged: ${part.name} is no XML (${error.message.slice(0, 100)})`);
  });
  parser.on('doctype', () => {
    throw fault('sheet.damaged', `The workbook is damaged: ${part.name} declares a document type`);
  });
  parser.on('opentag', ({ name, attributes }) => tags.open?.(plain(name), attributes));
  parser.on('closetag', ({ name }) => tags.close?.(plain(name)));
  if (tags.text !== undefined) {
    parser.on('text', tags.text);
    parser.on('cdata', tags.text);
  }
  const decoder = new TextDecoder('utf-8');
  for await (const piece of part.data()) {
    parser.write(decoder.decode(piece, { stream: true }));
    if (!(await between())) return;
  }
  parser.write(decoder.decode());
  parser.close();
};

/** `_x000D_` stands for a character that XML has no place for. */
const unescaped = (text: string): string =>
  text.includes('_x')
    ? text.replace(/_x([0-9A-Fa-f]{4})_/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    : text;

/** Texts that cells share. */
const textsOf = async (part: Entry | undefined): Promise<readonly string[]> => {
  const texts: string[] = [];
  if (part === undefined) return texts;
  let text = '';
  let inside = false;
  let phonetic = false;
  await walk(part, {
    open: (name) => {
      if (name === 'si') text = '';
      if (name === 'rPh') phonetic = true;
      if (name === 't') inside = true;
    },
    text: (piece) => {
      if (inside && !phonetic) text += piece;
    },
    close: (name) => {
      if (name === 't') inside = false;
      if (name === 'rPh') phonetic = false;
      if (name !== 'si') return;
      texts.push(unescaped(text));
      if (texts.length > MOST_TEXTS) throw fault('sheet.large', `The workbook holds more than ${MOST_TEXTS} texts`);
    },
  });
  return texts;
};

type Dated = 'date' | 'time' | 'both' | null;

/** What a number format shows: of its letters outside quotes, brackets and escapes. */
const shows = (format: string): Dated => {
  const plain =
    format
      .split(';')[0]
      ?.replace(/"[^"]*"|\\.|_.|\*./g, '')
      .replace(/\[(?!h|m|s)[^\]]*\]/gi, '') ?? '';
  if (/^general$/i.test(plain.trim())) return null;
  const time = /[hs]|am\/pm|a\/p/i.test(plain);
  const date = /[yd]/i.test(plain) || (/m/i.test(plain) && !time);
  return date && time ? 'both' : date ? 'date' : time ? 'time' : null;
};
const builtIn = (id: number): Dated =>
  id === 22
    ? 'both'
    : (id >= 14 && id <= 17) || (id >= 27 && id <= 31) || id === 36 || (id >= 50 && id <= 58)
      ? 'date'
      : (id >= 18 && id <= 21) || (id >= 32 && id <= 35) || (id >= 45 && id <= 47)
        ? 'time'
        : null;

/** By the number of a style: whether its numbers are dates. */
const datesOf = async (part: Entry | undefined): Promise<readonly Dated[]> => {
  const formats = new Map<number, Dated>();
  const styles: Dated[] = [];
  if (part === undefined) return styles;
  let inside = false;
  await walk(part, {
    open: (name, at) => {
      if (name === 'numFmt') formats.set(Number(at['numFmtId']), shows(at['formatCode'] ?? ''));
      if (name === 'cellXfs') inside = true;
      if (name !== 'xf' || !inside) return;
      const id = Number(at['numFmtId'] ?? 0);
      styles.push(formats.get(id) ?? builtIn(id));
    },
    close: (name) => {
      if (name === 'cellXfs') inside = false;
    },
  });
  return styles;
};

const DAY = 86_400_000;
/** A number of days as an ISO text (the first of March 1900 is 61; or counted from 1904). */
const dated = (days: number, kind: Dated, from1904: boolean): string | number => {
  const counted = from1904 ? days + 1_462 : days < 60 ? days + 1 : days;
  const at = Math.round(((counted - 25_569) * DAY) / 1_000) * 1_000;
  if (!Number.isFinite(at) || Math.abs(at) > 8.64e15) return days;
  const text = new Date(at).toISOString();
  return kind === 'time' && days < 1
    ? text.slice(11, 19)
    : kind === 'both'
      ? text.slice(0, 19)
      : kind === 'time'
        ? text.slice(0, 19)
        : text.slice(0, 10);
};

/** The column of a place such as BC12, from 0. */
const columnOf = (place: string): number => {
  let column = 0;
  for (let i = 0; i < place.length; i += 1) {
    const letter = place.charCodeAt(i);
    if (letter < 65 || letter > 90) break;
    column = column * 26 + letter - 64;
    if (column > LAST_COLUMN)
      throw fault('sheet.damaged', `The workbook is damaged: there is no cell ${place.slice(0, 20)}`);
  }
  return column - 1;
};

const relationsOf = async (part: Entry | undefined): Promise<ReadonlyMap<string, string>> => {
  const targets = new Map<string, string>();
  if (part !== undefined)
    await walk(part, {
      open: (name, at) => {
        if (name === 'Relationship') targets.set(at['Id'] ?? '', at['Target'] ?? '');
      },
    });
  return targets;
};

export const openBook = async (source: Source): Promise<Book> => {
  const [a, b] = await source.at(0, 2);
  if (a !== 0x50 || b !== 0x4b)
    throw fault(
      'sheet.format',
      a === 0xd0 && b === 0xcf
        ? 'It is a workbook of the old form .xls, or an encrypted one'
        : 'It is no workbook of the form .xlsx',
      {
        fix: 'Save it as .xlsx, without a password.',
      },
    );
  const parts = new Map(
    (await zipEntries(source, new Budget(BOUNDS, source.size))).map((part) => [part.name.replace(/^\//, ''), part]),
  );
  const book = parts.get('xl/workbook.xml');
  if (book === undefined) throw fault('sheet.format', 'It is no workbook of the form .xlsx: it has no xl/workbook.xml');
  const targets = await relationsOf(parts.get('xl/_rels/workbook.xml.rels'));
  const sheets: Sheet[] = [];
  let from1904 = false;
  await walk(book, {
    open: (name, at) => {
      if (name === 'workbookPr') from1904 = at['date1904'] === '1' || at['date1904'] === 'true';
      if (name !== 'sheet') return;
      const id = Object.entries(at).find(([key]) => key === 'id' || key.endsWith(':id'))?.[1] ?? '';
      const target = targets.get(id) ?? '';
      sheets.push({ name: at['name'] ?? '', part: target.startsWith('/') ? target.slice(1) : `xl/${target}` });
    },
  });
  let shared: { readonly texts: readonly string[]; readonly dates: readonly Dated[] } | null = null;
  return {
    sheets,
    read: async (sheet, row, between) => {
      const part = parts.get(sheet.part);
      if (part === undefined)
        throw fault('sheet.damaged', `The workbook is damaged: the sheet ${sheet.name} is not in it`);
      shared ??= {
        texts: await textsOf(parts.get('xl/sharedStrings.xml')),
        dates: await datesOf(parts.get('xl/styles.xml')),
      };
      await rowsOf(part, shared, from1904, row, between);
    },
  };
};

const rowsOf = async (
  part: Entry,
  { texts, dates }: { readonly texts: readonly string[]; readonly dates: readonly Dated[] },
  from1904: boolean,
  row: Row,
  between: () => Promise<void>,
): Promise<void> => {
  let cells: Cell[] = [];
  let number = 0;
  let column = -1;
  let type = 'n';
  let style = 0;
  let text = '';
  let inside = false;
  let over = false;
  let filled = false;
  const valueOf = (): Cell => {
    switch (type) {
      case 's':
        return texts[Number(text)] ?? '';
      case 'str':
      case 'inlineStr':
        return unescaped(text);
      case 'b':
        return text.trim() === '1';
      case 'e':
      case 'd':
        return text;
      default: {
        if (text.trim() === '') return null;
        const value = Number(text);
        if (Number.isNaN(value)) return text;
        const kind = dates[style] ?? null;
        return kind === null ? value : dated(value, kind, from1904);
      }
    }
  };
  await walk(
    part,
    {
      open: (name, at) => {
        if (name === 'row') {
          number = at['r'] === undefined ? number + 1 : Number(at['r']);
          cells = [];
          column = -1;
          filled = false;
        } else if (name === 'c') {
          const place = at['r'];
          column = place === undefined ? column + 1 : columnOf(place);
          type = at['t'] ?? 'n';
          style = Number(at['s'] ?? 0);
          text = '';
        } else if (name === 'v' || name === 't') inside = true;
        else if (name === 'rPh') inside = false;
      },
      text: (piece) => {
        if (inside) text += piece;
      },
      close: (name) => {
        if (name === 'v' || name === 't') inside = false;
        else if (name === 'c') {
          const value = valueOf();
          if (
            value === null ||
            (value === '' && type !== 'inlineStr' && type !== 's' && type !== 'str') ||
            column < 0 ||
            over
          )
            return;
          while (cells.length < column) cells.push(null);
          cells[column] = value;
          filled = true;
        } else if (name === 'row' && filled && !over) over = !row(cells, number);
      },
    },
    async () => {
      await between();
      return !over;
    },
  );
};
