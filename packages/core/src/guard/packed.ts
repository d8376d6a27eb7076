/**
 * Values inside what was compressed and written in base64: `gzip | base64`. Such a text can only be told by unpacking it,
 * so it is looked for by how all of them begin, and unpacked by the host.
 *
 * PK1 Bounded: at most MOST of them in a text, of LONGEST characters each, are unpacked; the host bounds what comes out.
 * PK2 Only gzip, whose beginning is ten known bits longer than chance; other packings have no beginning to go by, and
 *     trying every base64 text would cost more than all the rest of the guard.
 */

/** Unpacks the gzip that a base64 text holds; null when it holds none, or too much. */
export type Unpack = (base64: string) => string | null;

/** A run of base64 that begins as a gzip does. */
export type Packed = { readonly start: number; readonly end: number };

/** The first three bytes of every gzip: its mark and its one method. */
const MARK = 'H4sI';
const SHORTEST = 28;
const LONGEST = 1 << 20;
const MOST = 32;
const RUN = /[A-Za-z0-9+/_-]*={0,2}/y;

/** All of them in a text, in order. */
export const packedIn = (text: string, from: number): readonly Packed[] => {
  let found: Packed[] | undefined;
  for (let at = text.indexOf(MARK, from); at !== -1; ) {
    RUN.lastIndex = at;
    const end = at + (RUN.exec(text)?.[0].length ?? MARK.length);
    if (end - at >= SHORTEST && end - at <= LONGEST) (found ??= []).push({ start: at, end });
    if (found?.length === MOST) break;
    at = text.indexOf(MARK, end);
  }
  return found ?? NONE;
};

const NONE: readonly Packed[] = [];

/** Where one begins that the end of the text cuts off; the length of the text when none does. */
export const packedOpen = (text: string, from: number): number => {
  let run = text.length;
  while (run > from && (isBase64(text.charCodeAt(run - 1)) || (text[run - 1] === '=' && run > text.length - 2))) run--;
  const at = text.indexOf(MARK, run);
  if (at !== -1) return at;
  for (let length = MARK.length - 1; length > 0; length--)
    if (text.length - length >= run && text.endsWith(MARK.slice(0, length))) return text.length - length;
  return text.length;
};

const isBase64 = (code: number): boolean =>
  (code >= 97 && code <= 122) ||
  (code >= 65 && code <= 90) ||
  (code >= 47 && code <= 57) ||
  code === 43 ||
  code === 45 ||
  code === 95;
