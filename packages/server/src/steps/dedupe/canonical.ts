/**
 * One text per value: two JSON values have the same text exactly when they are equal, whatever the order of their keys.
 * Iterative, so that deep data costs memory and not the stack.
 */

/** Pieces still to be written: a value, or a text that goes out as it is. */
type Piece = { readonly value: unknown } | { readonly text: string };

/** The canonical text of a JSON value. Linear in its size, but for the sorting of keys. */
export const canonical = (value: unknown): string => {
  if (typeof value !== 'object' || value === null) return leaf(value);
  let out = '';
  const pieces: Piece[] = [{ value }];
  for (let piece = pieces.pop(); piece !== undefined; piece = pieces.pop()) {
    if ('text' in piece) {
      out += piece.text;
      continue;
    }
    const one = piece.value;
    if (typeof one !== 'object' || one === null) out += leaf(one);
    else if (Array.isArray(one)) {
      out += '[';
      pieces.push({ text: ']' });
      for (let i = one.length - 1; i >= 0; i -= 1) pieces.push({ text: ',' }, { value: one[i] });
    } else {
      out += '{';
      pieces.push({ text: '}' });
      const entries = Object.entries(one).filter(([, member]) => member !== undefined);
      entries.sort(([a], [b]) => (a < b ? 1 : -1));
      for (const [key, member] of entries)
        pieces.push({ text: ',' }, { value: member }, { text: `${JSON.stringify(key)}:` });
    }
  }
  return out;
};

const leaf = (value: unknown): string => JSON.stringify(value ?? null) ?? 'null';
