/** UTF-8 text in base64; core has no Buffer. */

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** The UTF-8 bytes of a text in base64, with padding (RFC 4648 §4). */
export const base64 = (text: string): string => {
  const bytes = new TextEncoder().encode(text);
  let out = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const [a = 0, b = 0, c = 0] = [bytes[i], bytes[i + 1], bytes[i + 2]];
    const left = bytes.length - i;
    out += ALPHABET.charAt(a >> 2) + ALPHABET.charAt(((a & 3) << 4) | (b >> 4));
    out += left > 1 ? ALPHABET.charAt(((b & 15) << 2) | (c >> 6)) : '=';
    out += left > 2 ? ALPHABET.charAt(c & 63) : '=';
  }
  return out;
};

/** The same for addresses and headers of tokens: `-` and `_`, no padding (RFC 4648 §5). */
export const base64url = (text: string): string =>
  base64(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
