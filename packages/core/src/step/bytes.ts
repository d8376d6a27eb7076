/** Bytes as texts and back, for steps: they have no Buffer. */

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const VALUES: ReadonlyMap<string, number> = new Map([...LETTERS].map((letter, i) => [letter, i]));
/** Bytes put into letters at once: a multiple of three. */
const AT_ONCE = 3 * 4096;

/** Base64 with padding (RFC 4648). */
export const toBase64 = (bytes: Uint8Array): string => {
  const parts: string[] = [];
  for (let start = 0; start < bytes.length; start += AT_ONCE) {
    const end = Math.min(bytes.length, start + AT_ONCE);
    let text = '';
    for (let i = start; i < end; i += 3) {
      const [a = 0, b = 0, c = 0] = [bytes[i], bytes[i + 1], bytes[i + 2]];
      text += LETTERS.charAt(a >> 2) + LETTERS.charAt(((a & 3) << 4) | (b >> 4));
      text += i + 1 < end ? LETTERS.charAt(((b & 15) << 2) | (c >> 6)) : '=';
      text += i + 2 < end ? LETTERS.charAt(c & 63) : '=';
    }
    parts.push(text);
  }
  return parts.join('');
};

/** The bytes of base64, its alphabet for addresses too, with or without padding; undefined where it is none. */
export const fromBase64 = (text: string): Uint8Array | undefined => {
  const plain = text
    .replaceAll('-', '+')
    .replaceAll('_', '/')
    .replace(/={1,2}$/, '');
  if (plain.length % 4 === 1) return undefined;
  const bytes = new Uint8Array(Math.floor((plain.length * 3) / 4));
  let held = 0;
  let bits = 0;
  let at = 0;
  for (let i = 0; i < plain.length; i += 1) {
    const value = VALUES.get(plain.charAt(i));
    if (value === undefined) return undefined;
    held = ((held << 6) | value) & 0xffffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[at] = (held >> bits) & 255;
    at += 1;
  }
  return bytes;
};

/** All pieces as one; undefined as soon as there are more than `most` bytes. */
export const gather = async (pieces: AsyncIterable<Uint8Array>, most: number): Promise<Uint8Array | undefined> => {
  const kept: Uint8Array[] = [];
  let size = 0;
  for await (const piece of pieces) {
    size += piece.length;
    if (size > most) return undefined;
    kept.push(piece);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const piece of kept) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
};

/** The text of bytes in UTF-8; undefined where they are none. A mark at the beginning is left out. */
export const textOf = (bytes: Uint8Array): string | undefined => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
};
