/**
 * The forms in which a known value may leave: as it is, and as the encodings that flows, programs and protocols put
 * around it.
 *
 * FO1 A value shorter than MIN_LENGTH has no forms: hiding it would hide ordinary words (short.ts says so to its owner).
 * FO2 Base64 is taken at all three alignments and without the characters that its neighbours share, so that a value is
 *     found inside a longer encoded text (`user:password` of a basic credential, a JSON document).
 * FO3 Whatever form a value has, it may stand in a JSON text: a form that JSON writes otherwise is taken in both ways.
 */

import { utf8ToBytes } from '@noble/hashes/utils.js';

export const MIN_LENGTH = 8;

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/**
 * The base64 characters that depend on these bytes alone when `before` bytes (0, 1 or 2) stand in front of them. `whole`:
 * nothing follows either, so the last character is theirs too.
 */
const base64At = (bytes: Uint8Array, before: number, whole = false): string => {
  let made = '';
  const last = (before + bytes.length) * 8 - (whole ? 1 : 6);
  for (let bit = Math.ceil((before * 8) / 6) * 6; bit <= last; bit += 6) {
    const at = (bit >> 3) - before;
    const two = ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
    made += ALPHABET.charAt((two >> (10 - (bit & 7))) & 63);
  }
  return made;
};

const inBase64 = (bytes: Uint8Array): string[] => {
  const made = [0, 1, 2].map((before) => base64At(bytes, before));
  // Alone it ends in what it shares with nobody, and its padding would tell something of its length.
  const whole = base64At(bytes, 0, true);
  made.push(whole, whole.padEnd(Math.ceil(whole.length / 4) * 4, '='));
  return [...made, ...made.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'))];
};

/** As UTF-16 writes it, the lower byte first: what PowerShell takes, and what a memory dump shows. */
const wideBytes = (text: string): Uint8Array => {
  const bytes = new Uint8Array(text.length * 2);
  for (let i = 0; i < text.length; i++) {
    bytes[i * 2] = text.charCodeAt(i) & 255;
    bytes[i * 2 + 1] = text.charCodeAt(i) >> 8;
  }
  return bytes;
};

const jsonEscaped = (text: string): string => JSON.stringify(text).slice(1, -1);

/** As encodeURIComponent; a lone surrogate, which has no encoding, makes it the text itself. */
const urlEncoded = (text: string): string => {
  try {
    return encodeURIComponent(text);
  } catch {
    return text;
  }
};

const percent = (text: string, which: RegExp): string =>
  text.replaceAll(which, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
const lowerEscapes = (text: string): string => text.replaceAll(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase());

const inUrls = (value: string): string[] => {
  const url = urlEncoded(value);
  const form = url.replaceAll('%20', '+');
  // What form encoders and strict ones escape, and encodeURIComponent does not.
  const strict = percent(url, /[!'()*]/g);
  const made = [url, form, strict, percent(form, /[!'()~]/g)];
  return [...made, ...made.map(lowerEscapes), urlEncoded(url), urlEncoded(form)];
};

const HTML: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

const inMarkup = (value: string): string[] => {
  if (!/[&<>"'/]/.test(value)) return [];
  const made = value.replaceAll(/[&<>"']/g, (c) => HTML[c] ?? c);
  const hex = made.replaceAll('&#39;', '&#x27;');
  return [
    ...[made, hex, made.replaceAll('&#39;', '&apos;'), made.replaceAll('&quot;', '&#34;')],
    ...[value.replaceAll(/[&<>]/g, (c) => HTML[c] ?? c), hex.replaceAll('/', '&#x2F;')],
  ];
};

const LOW = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));
const HIGH = LOW.map((digits) => digits.toUpperCase());

/** Every byte by two digits, `before` each. */
const digits = (bytes: Uint8Array, table: readonly string[], before: string): string => {
  let made = '';
  for (const byte of bytes) made += before + (table[byte] ?? '');
  return made;
};

const escapes = (text: string, table: readonly string[]): string => {
  let made = '';
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    made += `\\u${table[code >> 8] ?? ''}${table[code & 255] ?? ''}`;
  }
  return made;
};

/** Every character as a reference of HTML. */
const references = (value: string, radix: 10 | 16, high = false): string => {
  const number = (c: string): string => (c.codePointAt(0) ?? 0).toString(radix);
  const mark = radix === 10 ? '&#' : '&#x';
  return Array.from(value, (c) => `${mark}${high ? number(c).toUpperCase() : number(c)};`).join('');
};

const inNumbers = (value: string, bytes: Uint8Array): string[] => {
  const made = [digits(bytes, LOW, '\\x'), bytes.join(','), bytes.join(', '), references(value, 10)];
  for (const table of [LOW, HIGH]) {
    made.push(digits(bytes, table, ''), digits(bytes, table, '%'), escapes(value, table));
    made.push(digits(bytes, table, ' ').slice(1), digits(bytes, table, ':').slice(1));
    made.push(digits(wideBytes(value), table, ''));
    made.push(references(value, 16, table === HIGH));
    // JSON as written by those who keep to ASCII.
    if (BEYOND.test(value)) made.push(jsonEscaped(value).replaceAll(ALL_BEYOND, (c) => escapes(c, table)));
  }
  return made;
};

const BEYOND = /[\u0080-\uffff]/;
const ALL_BEYOND = /[\u0080-\uffff]/g;

const inProgram = (value: string): string[] => {
  if (!/['"\\/\n]/.test(value)) return [];
  const json = jsonEscaped(value);
  return [json, json.replaceAll('/', '\\/'), value.replaceAll("'", "''"), value.replaceAll("'", "\\'")];
};

const formsOfOne = (value: string): string[] => {
  const bytes = utf8ToBytes(value);
  return [
    ...[value, value.toLowerCase(), value.toUpperCase(), Array.from(value).toReversed().join('')],
    // A wide text read as a narrow one.
    value.split('').join('\u0000'),
    ...inBase64(bytes),
    ...inBase64(wideBytes(value)),
    ...inNumbers(value, bytes),
    ...inUrls(value),
    ...inMarkup(value),
    ...inProgram(value),
  ];
};

/** All forms of one value, each once; empty for a value shorter than MIN_LENGTH. White space around it does not count. */
export const formsOf = (given: string): readonly string[] => {
  // What was read from a file ends in a line break, and is sent without it.
  const value = given.trim();
  if (value.length < MIN_LENGTH) return [];
  const forms = new Set(formsOfOne(value));
  for (const form of linesOf(value)) forms.add(form);
  const json = jsonEscaped(value);
  if (json !== value) forms.add(jsonEscaped(json));
  for (const form of [...forms]) forms.add(jsonEscaped(form));
  return [...forms].filter((form) => form.length >= MIN_LENGTH);
};

/** Lines of a value of several lines (a private key) are secret one by one, if they are long enough to be nobody else's. */
const linesOf = (value: string): readonly string[] =>
  value.includes('\n') ? value.split(/\r?\n/).filter((line) => line.length >= 20 && !line.startsWith('-----')) : [];
