/**
 * Reads an expression backwards from a caret, far enough to know what stands before it: the words of completion, not a
 * parser. What it cannot read it does not guess at.
 */

export type Before = {
  /** Where the word at the caret begins, which an offer takes the place of. */
  readonly from: number;
  /** The expression before the dot, `steps.fetch.body`; null: the word stands by itself. */
  readonly owner: string | null;
};

/** The text of the expression that the caret is in, up to the caret, and where it begins; null: the caret is in plain text. */
export const expressionAt = (text: string, at: number): { readonly code: string; readonly start: number } | null => {
  let open = -1;
  for (let i = 0; i < at; i += 1) {
    if (open === -1 && text.startsWith('{{', i)) {
      let slashes = 0;
      while (text[i - slashes - 1] === '\\') slashes += 1;
      if (slashes % 2 === 0 && i + 2 <= at) open = i + 2;
      i += 1;
    } else if (open !== -1 && (text[i] === "'" || text[i] === '"' || text[i] === '`')) {
      const end = stringEnd(text, i);
      // A caret inside of a text literal completes nothing.
      if (end >= at) return null;
      i = end;
    } else if (open !== -1 && text.startsWith('}}', i) && i + 2 <= at) {
      open = -1;
      i += 1;
    }
  }
  return open === -1 ? null : { code: text.slice(open, at), start: open };
};

const stringEnd = (text: string, from: number): number => {
  for (let i = from + 1; i < text.length; i += 1) {
    if (text[i] === '\\') i += 1;
    else if (text[i] === text[from]) return i;
  }
  return text.length;
};

const isWord = (sign: string | undefined): boolean => sign !== undefined && /[\w$]/.test(sign);

export const before = (code: string): Before => {
  let from = code.length;
  while (from > 0 && isWord(code[from - 1])) from -= 1;
  const lead = code.slice(0, from).trimEnd();
  if (!lead.endsWith('.') || lead.endsWith('...')) return { from, owner: null };
  const owner = chainBefore(lead.replace(/\??\.$/, ''));
  return { from, owner };
};

/** The chain of members and calls that ends a text: of `a + steps.x.map(i => i.n)` it is `steps.x.map(i => i.n)`. */
export const chainBefore = (code: string): string => {
  let i = code.length;
  for (;;) {
    while (/\s/.test(code[i - 1] ?? '')) i -= 1;
    const sign = code[i - 1];
    if (sign === ')' || sign === ']') {
      i = opening(code, i - 1);
      if (i < 0) return '';
      // What a bracket follows belongs to it: a call, an index.
      if (isWord(code[i - 1]) || code[i - 1] === ')' || code[i - 1] === ']') continue;
      return code.slice(i).trim();
    }
    if (sign === "'" || sign === '"') {
      const begin = code.lastIndexOf(sign, i - 2);
      return begin === -1 ? '' : code.slice(begin).trim();
    }
    const end = i;
    while (isWord(code[i - 1])) i -= 1;
    if (i === end) return code.slice(i).trim();
    let dot = i;
    while (/\s/.test(code[dot - 1] ?? '')) dot -= 1;
    if (code[dot - 1] !== '.' || code[dot - 2] === '.') return code.slice(i).trim();
    i = code[dot - 2] === '?' ? dot - 2 : dot - 1;
  }
};

const PAIRS: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };

/** Where the bracket opens that closes at `at`; -1: nowhere. */
const opening = (code: string, at: number): number => {
  const open: string[] = [];
  for (let i = at; i >= 0; i -= 1) {
    const sign = code[i] ?? '';
    const pair = PAIRS[sign];
    if (sign === "'" || sign === '"') {
      const begin = code.lastIndexOf(sign, i - 1);
      if (begin === -1) return -1;
      i = begin;
    } else if (pair !== undefined) open.push(pair);
    else if (sign === '(' || sign === '[' || sign === '{') {
      if (open.pop() !== sign) return -1;
      if (open.length === 0) return i;
    }
  }
  return -1;
};

/**
 * A name that an arrow function gives to the items of a list, put in words that can be evaluated: in
 * `steps.x.filter(i => i.price`, `i` is `(steps.x)[0]`. Null: no such name.
 */
export const itemOf = (code: string, name: string): string | null => {
  const found = [
    ...code.matchAll(new RegExp(`\\(\\s*\\(?\\s*(?:([\\w$]+)\\s*,\\s*)?${name}\\b[^()=]*\\)?\\s*=>`, 'g')),
  ].at(-1);
  if (found === undefined) return null;
  const method = /([\w$]+)$/.exec(code.slice(0, found.index))?.[1];
  // The second parameter is the item in one method alone.
  if (method === undefined || (found[1] !== undefined && method !== 'reduce')) return null;
  const list = chainBefore(code.slice(0, found.index - method.length).replace(/\??\.$/, ''));
  return list === '' ? null : `(${resolved(code.slice(0, found.index), list)})[0]`;
};

/** The chain with its first name put in words that can be evaluated, where an arrow function gave it. */
export const resolved = (code: string, chain: string): string => {
  const name = /^[A-Za-z_$][\w$]*/.exec(chain)?.[0];
  const item = name === undefined ? null : itemOf(code, name);
  return name === undefined || item === null ? chain : item + chain.slice(name.length);
};

/** Names that arrow functions around the caret give. */
export const namesIn = (code: string): readonly string[] =>
  [...code.matchAll(/\(\s*\(?\s*([A-Za-z_$][\w$]*)(?:\s*,\s*([A-Za-z_$][\w$]*))?\s*\)?\s*=>/g)].flatMap(
    ([, one = '', two]) => (two === undefined ? [one] : [one, two]),
  );
