/**
 * The forms in which a known value may leave: as it is, and as the encodings that flows and protocols put around it.
 *
 * FO1 A form shorter than MIN_LENGTH is left out: it would hide innocent text.
 * FO2 Base64 is taken at all three alignments and without the characters its neighbours share, so that a value is found
 *     inside a longer encoded text (`user:password` of a basic credential, a JSON document).
 */

import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

export const MIN_LENGTH = 6;

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** The base64 characters that depend on these bytes alone when `before` bytes (0, 1 or 2) stand in front of them. */
const base64At = (bytes: Uint8Array, before: number): string => {
  const bitAt = (i: number): number => {
    const byte = (i >> 3) - before;
    return byte < 0 || byte >= bytes.length ? -1 : ((bytes[byte] ?? 0) >> (7 - (i & 7))) & 1;
  };
  let made = '';
  for (let from = 0; from < (before + bytes.length) * 8; from += 6) {
    let digit = 0;
    let own = true;
    for (let i = from; i < from + 6; i++) {
      const bit = bitAt(i);
      if (bit < 0) own = false;
      digit = (digit << 1) | (bit === 1 ? 1 : 0);
    }
    if (own) made += ALPHABET.charAt(digit);
  }
  return made;
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

const lowerEscapes = (text: string): string => text.replaceAll(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase());

/** All forms of one value, each once; empty for a value shorter than MIN_LENGTH. */
export const formsOf = (value: string): readonly string[] => {
  if (value.length < MIN_LENGTH) return [];
  const bytes = utf8ToBytes(value);
  const hex = bytesToHex(bytes);
  const json = jsonEscaped(value);
  const url = urlEncoded(value);
  const base64 = [0, 1, 2].map((before) => base64At(bytes, before));
  const forms = [
    value,
    json,
    jsonEscaped(json),
    json.replaceAll('/', '\\/'),
    url,
    lowerEscapes(url),
    url.replaceAll('%20', '+'),
    // What form encoders escape and encodeURIComponent does not.
    url.replaceAll('%20', '+').replaceAll(/[!'()~]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`),
    hex,
    hex.toUpperCase(),
    ...base64,
    ...base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
    ...linesOf(value),
  ];
  return [...new Set(forms)].filter((form) => form.length >= MIN_LENGTH);
};

/** Lines of a value of several lines (a private key) are secret one by one, if they are long enough to be nobody else's. */
const linesOf = (value: string): readonly string[] =>
  value.includes('\n') ? value.split(/\r?\n/).filter((line) => line.length >= 20 && !line.startsWith('-----')) : [];
