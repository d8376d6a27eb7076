/**
 * The parts of a form that a browser sent, `multipart/form-data` as RFC 7578 has it: texts and files, from bytes in memory.
 *
 * PA1 A name that comes twice, too many parts, or what cannot be read is refused as a whole; no name reaches a prototype (PP-01).
 */

import type { Sent, SentFile } from '@headgate/core';

const MOST_PARTS = 300;
const CRLF = Buffer.from('\r\n\r\n');

const boundaryOf = (type: string): string | null => {
  const found = /^multipart\/form-data\s*;.*?\bboundary=(?:"([^"]{1,70})"|([A-Za-z0-9'()+_,./:=?-]{1,70}))/i.exec(type);
  return found?.[1] ?? found?.[2] ?? null;
};

/** What browsers percent-encode in names (RFC 7578 with the standard of HTML). */
const unquoted = (text: string): string =>
  text.replaceAll(/%0D|%0A|%22/gi, (one) => (one.toLowerCase() === '%22' ? '"' : ' '));

const MEDIA_TYPE = /^[a-z0-9!#$&^_.+-]{1,100}\/[a-z0-9!#$&^_.+-]{1,100}$/;

/** Null: it cannot be read. */
export const readParts = (bytes: Buffer, type: string): Sent | null => {
  const boundary = boundaryOf(type);
  if (boundary === null) return null;
  const mark = Buffer.from(`--${boundary}`);
  const texts = new Map<string, string>();
  const files: SentFile[] = [];
  let at = bytes.indexOf(mark);
  for (let count = 0; at >= 0; count += 1) {
    const start = at + mark.length;
    if (bytes.subarray(start, start + 2).toString('latin1') === '--')
      return { texts: Object.fromEntries(texts), files };
    const head = bytes.indexOf(CRLF, start);
    const end = head < 0 ? -1 : bytes.indexOf(Buffer.concat([Buffer.from('\r\n'), mark]), head + 2);
    if (end < 0 || count >= MOST_PARTS) return null;
    const headers = bytes.subarray(start, head).toString('utf8');
    const name = /content-disposition:\s*form-data;.*?\bname="([^"\r\n]{1,100})"/i.exec(headers)?.[1];
    if (name === undefined || name === '__proto__') return null;
    const file = /content-disposition:[^\r\n]*\bfilename="([^"\r\n]{0,400})"/i.exec(headers)?.[1];
    const content = bytes.subarray(head + CRLF.length, Math.max(head + CRLF.length, end));
    if (texts.has(name) || files.some(({ field }) => field === name)) return null;
    if (file === undefined) texts.set(unquoted(name), content.toString('utf8'));
    else {
      const said = /content-type:\s*([^\s;]+)/i.exec(headers)?.[1]?.toLowerCase() ?? '';
      const media = MEDIA_TYPE.test(said) ? said : 'application/octet-stream';
      files.push({ field: unquoted(name), name: unquoted(file), type: media, bytes: content });
    }
    at = end + 2;
  }
  return null;
};
