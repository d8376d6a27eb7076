/**
 * What the Python of a code step says of itself: which steps and secrets it names. It reads tokens, not a tree:
 * whether the code is right Python only Python can say, when it runs.
 *
 * `can` is the second parameter of `main`, wherever its name stands; a function that takes it under another name is not
 * followed.
 *
 * CR1 Every step the code can reach by that name is named: a use of `can.steps` that does not say which is a Problem.
 * CR2 The same for secrets: `can.secret` is called with the name of one, and is not handed on.
 */

import { problem, type Problem } from '../../problem.ts';
import { type CodeName, type CodeRead, nothingRead, unclearSecret } from './javascript.ts';
import type { Spot } from './syntax.ts';

type Token = {
  readonly kind: 'name' | 'text' | 'mark';
  readonly text: string;
  readonly at: Spot;
  readonly indented: boolean;
};

const FIX_STEPS = 'Name the step: can.steps.NAME or can.steps["NAME"].';

/** Reads a module in Python: `code.shape`, `code.steps`, `code.secret`. */
export const readPython = (text: string): CodeRead => {
  const tokens = tokensOf(text);
  const main = tokens.findIndex(
    (token, i) => !token.indented && token.text === 'main' && tokens[i - 1]?.text === 'def',
  );
  if (main < 0) {
    const fix = 'Write: def main(input, can): …';
    return nothingRead(problem('code.shape', 'The code defines no function main', { at: { line: 1, column: 1 }, fix }));
  }
  const can = secondParameter(tokens, main);
  return can === undefined ? nothingRead() : read(tokens, can);
};

const read = (tokens: readonly Token[], can: string): CodeRead => {
  const names = new Map<string, CodeName>();
  const secrets = new Map<string, CodeName>();
  const problems: Problem[] = [];
  for (const [i, token] of tokens.entries()) {
    const [dot, steps, mark, key, end] = tokens.slice(i + 1, i + 6);
    if (token.kind !== 'name' || token.text !== can || tokens[i - 1]?.text === '.') continue;
    if (dot?.text !== '.') continue;
    if (steps?.kind === 'name' && steps.text === 'secret') {
      if (mark?.text !== '(' || key?.kind !== 'text' || end?.text !== ')') problems.push(unclearSecret(token.at));
      else if (!secrets.has(key.text)) secrets.set(key.text, { id: key.text, at: key.at });
    }
    if (steps?.text !== 'steps') continue;
    const named =
      (mark?.text === '.' && key?.kind === 'name') || (mark?.text === '[' && key?.kind === 'text' && end?.text === ']');
    if (named && key !== undefined) {
      if (!names.has(key.text)) names.set(key.text, { id: key.text, at: key.at });
    } else
      problems.push(
        problem('code.steps', 'Which step is read here cannot be told from the code', { at: token.at, fix: FIX_STEPS }),
      );
  }
  return { names: [...names.values()], secrets: [...secrets.values()], problems };
};

/** The name of the second parameter of the function whose name stands at `at`. */
const secondParameter = (tokens: readonly Token[], at: number): string | undefined => {
  let depth = 0;
  let commas = 0;
  for (const token of tokens.slice(at + 1)) {
    if ('([{'.includes(token.text) && token.kind === 'mark') depth++;
    else if (')]}'.includes(token.text) && token.kind === 'mark') depth--;
    else if (token.text === ',' && depth === 1) commas++;
    else if (token.kind === 'name' && depth === 1 && commas === 1) return token.text;
    if (depth === 0) return undefined;
  }
  return undefined;
};

const PART =
  /(?<space>[^\S\n]+)|(?<line>\n)|(?<comment>#[^\n]*)|(?<prefix>[A-Za-z]{0,2})(?<quote>"""|'''|"|')|(?<name>[\p{ID_Start}_][\p{ID_Continue}]*)|(?<mark>[^])/uy;

/** Names, texts and marks; what stands in the braces of an f-string is code like any other. */
const tokensOf = (text: string): readonly Token[] => {
  const tokens: Token[] = [];
  const part = new RegExp(PART);
  let line = 1;
  let start = 0;
  let indented = false;
  for (let found = part.exec(text); found !== null; found = part.exec(text)) {
    const at: Spot = { line, column: found.index - start + 1 };
    const { space, line: end, comment, prefix = '', quote, name, mark } = found.groups ?? {};
    if (end !== undefined) {
      line++;
      start = part.lastIndex;
      indented = false;
    } else if (space !== undefined) {
      if (found.index === start) indented = true;
    } else if (quote !== undefined) {
      const from = part.lastIndex;
      const to = endOf(text, from, quote);
      const inner = text.slice(from, to);
      if (/f/i.test(prefix)) tokens.push(...embedded(inner, at, indented));
      else tokens.push({ kind: 'text', text: inner, at, indented });
      const last = inner.lastIndexOf('\n');
      line += inner.split('\n').length - 1;
      if (last >= 0) start = from + last + 1;
      part.lastIndex = Math.min(text.length, to + quote.length);
    } else if (comment === undefined)
      tokens.push({ kind: name === undefined ? 'mark' : 'name', text: name ?? mark ?? '', at, indented });
  }
  return tokens;
};

/** Where a text ends: at its quote, or for a short one at the end of its line. */
const endOf = (text: string, from: number, quote: string): number => {
  for (let i = from; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text.startsWith(quote, i) || (quote.length === 1 && text[i] === '\n')) return i;
  }
  return text.length;
};

/** The code in the braces of an f-string, all at the place of the text. */
const embedded = (inner: string, at: Spot, indented: boolean): readonly Token[] =>
  [...inner.replaceAll('{{', '  ').matchAll(/\{([^{}]*)\}?/g)].flatMap((found) =>
    tokensOf(found[1] ?? '').map((token) => ({ ...token, at, indented })),
  );
