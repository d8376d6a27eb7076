/**
 * Cuts a document into pieces. Pure: the same parts and the same chunker give the same pieces, so that what did not change is
 * known again by its text.
 *
 * CH1 Every piece says where it stands: `start` and `end` count characters of the document's text, as all of its parts one
 *     after the other, and `text` is what stands there.
 * CH2 No piece is longer than `size` and its overlap together; no text of the document is in no piece, white space apart.
 * CH3 The time that it takes grows as the text does, whatever stands in it; and no more pieces are made than are asked for.
 */

import type { Chunker } from './base.ts';

/** A part of a document: a page, a row, or all of it. */
export type Part = {
  readonly text: string;
  readonly page?: number;
  readonly row?: number;
  readonly heading?: string;
};

export type Piece = {
  readonly text: string;
  readonly start: number;
  readonly end: number;
  readonly page: number | null;
  readonly row: number | null;
  readonly heading: string | null;
};

type Span = { readonly start: number; readonly end: number };
type Section = Span & { readonly heading: string | null };

// Each character can be read in one way alone, so that a line takes no longer than it is long.
const HEADING = /^(#{1,6})[ \t]+([^ \t][^]*)$/;
/** Without the signs that a heading may end with. */
const bare = (words: string): string => {
  let end = words.length;
  while (end > 1 && words[end - 1] === '#') end -= 1;
  return words.slice(0, end).trim();
};
/** What a heading is told by at most. */
const LONGEST_HEADING = 200;

/** Parts at the headings of Markdown; each knows those that it stands under. Headings in blocks of code are none. */
function* sectionsOf(text: string): Generator<Section, void, undefined> {
  const path: string[] = [];
  let start = 0;
  let heading: string | null = null;
  let fenced = false;
  for (let at = 0; at < text.length; ) {
    const line = text.indexOf('\n', at);
    const end = line < 0 ? text.length : line;
    const written = text.slice(at, end);
    if (/^\s{0,3}(```|~~~)/.test(written)) fenced = !fenced;
    const found = fenced || written.length > 1_000 ? null : HEADING.exec(written.trimEnd());
    if (found !== null) {
      if (at > start) yield { start, end: at, heading };
      path.length = Math.min(path.length, (found[1]?.length ?? 1) - 1);
      path.push(bare(found[2] ?? ''));
      heading = path
        .filter((one) => one !== '')
        .join(' › ')
        .slice(0, LONGEST_HEADING);
      start = at;
    }
    at = end + 1;
  }
  if (start < text.length) yield { start, end: text.length, heading };
}

/** Where a piece that begins at `from` ends best: at a paragraph, a sentence, a word, or where it must. */
const cutAt = (text: string, from: number, most: number, sentences: boolean): number => {
  if (most >= text.length) return text.length;
  const least = from + Math.floor((most - from) / 2);
  const part = text.slice(least, most);
  const paragraph = part.lastIndexOf('\n\n');
  if (sentences && paragraph >= 0) return least + paragraph + 2;
  if (sentences) {
    const ends = [...part.matchAll(/[.!?…。！？]["'”»)\]]*\s/gu)].at(-1);
    if (ends !== undefined) return least + ends.index + ends[0].length;
  }
  const line = part.lastIndexOf('\n');
  if (sentences && line >= 0) return least + line + 1;
  const word = Math.max(part.lastIndexOf(' '), line);
  if (word >= 0) return least + word + 1;
  // Not between the two halves of a character.
  const code = text.charCodeAt(most - 1);
  return code >= 0xd800 && code <= 0xdbff ? most - 1 : most;
};

const spansOf = (text: string, { size, overlap }: Chunker, sentences: boolean): readonly Span[] => {
  const spans: Span[] = [];
  let from = 0;
  while (from < text.length) {
    const end = cutAt(text, from, from + size, sentences);
    const back = spans.length === 0 ? 0 : overlap;
    let start = Math.max(0, from - back);
    // The overlap begins with a word.
    if (start > 0 && start < from) {
      const space = text.slice(start, from).search(/\s/);
      start = space < 0 ? from : start + space + 1;
    }
    spans.push({ start, end });
    from = end;
  }
  return spans;
};

/** The pieces of a document, in order; no more than `most`. */
export const piecesOf = (
  parts: readonly Part[],
  chunker: Chunker,
  most: number = Number.POSITIVE_INFINITY,
): readonly Piece[] => {
  const pieces: Piece[] = [];
  let before = 0;
  for (const { text, page = null, row = null, heading = null } of parts) {
    const sections: Iterable<Section> =
      chunker.cut === 'headings' ? sectionsOf(text) : [{ start: 0, end: text.length, heading: null }];
    for (const section of sections) {
      const within = text.slice(section.start, section.end);
      for (const { start, end } of spansOf(within, chunker, chunker.cut !== 'characters')) {
        const raw = within.slice(start, end);
        const trimmed = raw.trim();
        if (trimmed === '') continue;
        if (pieces.length >= most) return pieces;
        const at = before + section.start + start + raw.indexOf(trimmed);
        pieces.push({
          ...{ text: trimmed, start: at, end: at + trimmed.length },
          ...{ page, row, heading: section.heading ?? heading },
        });
      }
    }
    before += text.length;
  }
  return pieces;
};
