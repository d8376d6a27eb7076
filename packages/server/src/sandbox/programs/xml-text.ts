/** The text of an XML document by its mark or its declaration (XML 1.0, appendix F): UTF-8, UTF-16, Latin-1, Windows-1252. */

import { fault, textOf } from './bytes.ts';

const utf16 = (bytes: Uint8Array, little: boolean): string => {
  const parts: string[] = [];
  for (let from = 2; from < bytes.length; from += 8_192) {
    const units: number[] = [];
    for (let i = from; i + 1 < Math.min(bytes.length, from + 8_192); i += 2)
      units.push(little ? (bytes[i] ?? 0) | ((bytes[i + 1] ?? 0) << 8) : ((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0));
    parts.push(String.fromCharCode(...units));
  }
  return parts.join('');
};

const latin = (bytes: Uint8Array): string => {
  const parts: string[] = [];
  for (let from = 0; from < bytes.length; from += 8_192)
    parts.push(String.fromCharCode(...bytes.subarray(from, from + 8_192)));
  return parts.join('');
};

/** What Windows-1252 has from 0x80 to 0x9f, where Latin-1 has control characters. */
const WINDOWS = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';

const windows = (bytes: Uint8Array): string =>
  // oxlint-disable-next-line no-control-regex -- they are what is replaced
  latin(bytes).replace(/[\u0080-\u009f]/g, (sign) => WINDOWS[sign.charCodeAt(0) - 0x80] ?? sign);

export const xmlText = (bytes: Uint8Array): string => {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return utf16(bytes, true);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return utf16(bytes, false);
  const declared = /^<\?xml[^>]*\sencoding\s*=\s*["']([A-Za-z0-9._-]+)["']/
    .exec(latin(bytes.subarray(0, 200)))?.[1]
    ?.toLowerCase();
  if (declared === 'iso-8859-1' || declared === 'latin1') return latin(bytes);
  if (declared === 'windows-1252' || declared === 'cp1252') return windows(bytes);
  const text = declared === undefined || declared === 'utf-8' || declared === 'us-ascii' ? textOf(bytes) : undefined;
  if (text !== undefined) return text;
  throw fault('xml.encoding', `It is no text in ${declared ?? 'UTF-8'} that is read here`, {
    fix: 'Send it as UTF-8, UTF-16, ISO-8859-1 or Windows-1252.',
  });
};
