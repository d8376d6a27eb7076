/**
 * The forms in which a value is looked for where it must not be: a list of its own, that owes nothing to the guard's.
 */

import { gzipSync } from 'node:zlib';

const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le');
const swapped = (text: string): Buffer => Buffer.from(utf16(text)).swap16();

/** The stretch of base64 that depends on the value alone, when so many bytes stand before it. */
const aligned = (bytes: Buffer, before: number, form: 'base64' | 'base64url'): string => {
  const all = Buffer.concat([Buffer.alloc(before), bytes]);
  const first = Math.ceil((before * 4) / 3);
  const last = Math.floor((all.length * 8) / 6);
  return all.toString(form).slice(first, last);
};

const escaped = (text: string, of: (unit: string) => string): string => [...text].map(of).join('');
const hexOf = (unit: string, digits: number): string => unit.charCodeAt(0).toString(16).padStart(digits, '0');

/** Every form by its name; bytes, because some are no text. */
export const formsOf = (value: string): ReadonlyMap<string, Buffer> => {
  const bytes = Buffer.from(value, 'utf8');
  const forms = new Map<string, string | Buffer>([
    ['as it is', value],
    ['hex', bytes.toString('hex')],
    ['HEX', bytes.toString('hex').toUpperCase()],
    ['URL, every character', escaped(value, (unit) => `%${hexOf(unit, 2)}`)],
    ['URL, every character, upper case', escaped(value, (unit) => `%${hexOf(unit, 2).toUpperCase()}`)],
    ['URL, what has to be', encodeURIComponent(value)],
    ['URL, twice', encodeURIComponent(encodeURIComponent(value))],
    ['JSON', JSON.stringify(value).slice(1, -1)],
    ['JSON in JSON', JSON.stringify(JSON.stringify(value)).slice(3, -3)],
    ['JSON, every character', escaped(value, (unit) => `\\u${hexOf(unit, 4)}`)],
    ['HTML, decimal', escaped(value, (unit) => `&#${unit.charCodeAt(0)};`)],
    ['HTML, hex', escaped(value, (unit) => `&#x${hexOf(unit, 2)};`)],
    [
      'HTML, what has to be',
      value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;'),
    ],
    ['reversed', [...value].toReversed().join('')],
    ['gzip in base64', gzipSync(bytes).toString('base64')],
    ['UTF-16', utf16(value)],
    ['UTF-16, the other way round', swapped(value)],
    ['a list of bytes', [...bytes].join(',')],
  ]);
  for (const before of [0, 1, 2]) {
    forms.set(`base64, ${before} before`, aligned(bytes, before, 'base64'));
    forms.set(`base64url, ${before} before`, aligned(bytes, before, 'base64url'));
    forms.set(`base64 of UTF-16, ${before} before`, aligned(utf16(value), before, 'base64'));
  }
  return new Map([...forms].map(([name, form]) => [name, Buffer.from(form)]));
};

/** The names of the forms that stand in it. */
export const found = (where: string | Uint8Array, value: string): readonly string[] => {
  const bytes = typeof where === 'string' ? Buffer.from(where, 'utf8') : Buffer.from(where);
  return [...formsOf(value)].filter(([, form]) => bytes.includes(form)).map(([name]) => name);
};
