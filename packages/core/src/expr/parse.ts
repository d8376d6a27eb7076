/**
 * From text to syntax: finds where an expression ends and has acorn parse it. Executes nothing.
 *
 * The end is found by reading tokens, not by searching for braces, so strings, templates, regexes and
 * object literals inside an expression may hold braces of their own. Parsing recurses, so length and
 * nesting are capped before it starts, and running out of stack is still a Problem.
 */
import { parseExpressionAt, tokenizer, tokTypes, type Expression, type Options } from 'acorn';
import type { Problem } from '../problem.ts';
import { fault, type Source } from './fault.ts';

export const LONGEST_EXPRESSION = 10_000;
const DEEPEST_BRACKETS = 100;

const options: Options = { ecmaVersion: 2023, sourceType: 'module', preserveParens: true };

const tooDeep = (source: Source, start: number): Problem =>
  fault({ source, start }, 'expr.too_deep', 'This expression is nested too deeply', 'Split it over several steps.');

/** The offset of the `}}` that closes an expression starting at `start`; undefined when there is none. */
export type End = { readonly end: number | undefined; readonly problem?: Problem };

export const findEnd = (source: Source, start: number): End => {
  // An opening parenthesis makes the tokenizer expect an expression, where `{` opens an object and `/` a regex.
  const shift = start - 1;
  const text = `(${source.text.slice(start, start + LONGEST_EXPRESSION + 2)}`;
  const open: number[] = [];
  try {
    const tokens = tokenizer(text, options);
    for (let token = tokens.getToken(); token.type !== tokTypes.eof; token = tokens.getToken()) {
      const { type } = token;
      if (
        type === tokTypes.braceL ||
        type === tokTypes.dollarBraceL ||
        type === tokTypes.parenL ||
        type === tokTypes.bracketL
      ) {
        open.push(token.start);
        if (open.length > DEEPEST_BRACKETS) {
          return { end: plainEnd(source, start), problem: tooDeep(source, token.start + shift) };
        }
      } else if (type === tokTypes.braceR) {
        if (open.length <= 1) {
          return text[token.end] === '}' ? { end: token.start + shift } : { end: plainEnd(source, start) };
        }
        open.pop();
      } else if ((type === tokTypes.parenR || type === tokTypes.bracketR) && open.length > 1) {
        open.pop();
      }
    }
  } catch {
    // Not tokens of JavaScript: parsing reports what is wrong; the next `}}` is as good an end as any.
  }
  return { end: plainEnd(source, start) };
};

const plainEnd = (source: Source, start: number): number | undefined => {
  const end = source.text.indexOf('}}', start);
  return end === -1 ? undefined : end;
};

export type Parsed = { readonly node: Expression } | { readonly problem: Problem };

/** Parses `source.text` from `start` to `end` as exactly one expression; positions in the tree count from `start`. */
export const parse = (source: Source, start: number, end: number): Parsed => {
  const inside = source.text.slice(start, end);
  const first = start + inside.length - inside.trimStart().length;
  if (inside.trim() === '') {
    return {
      problem: fault(
        { source, start },
        'expr.syntax',
        'There is no expression between {{ and }}',
        'Write one, such as {{ input.name }}.',
      ),
    };
  }
  if (inside.length > LONGEST_EXPRESSION) {
    const text = `An expression may be ${LONGEST_EXPRESSION} characters long, and this one has more`;
    return {
      problem: fault({ source, start: first }, 'expr.too_long', text, 'Split it over several steps.'),
    };
  }
  const nested = nestedBraces(source, first);
  if (nested !== undefined) return { problem: nested };
  try {
    const node = parseExpressionAt(inside, 0, options);
    const after = skipBlank(inside, node.end);
    if (after === inside.length) return { node };
    return {
      problem: fault(
        { source, start: start + after },
        'expr.syntax',
        'This does not belong to the expression before it',
        ONE,
      ),
    };
  } catch (thrown) {
    return { problem: syntaxProblem(source, start, end, thrown) };
  }
};

const ONE = 'Between {{ and }} stands one JavaScript expression.';

const nestedBraces = (source: Source, first: number): Problem | undefined =>
  source.text.startsWith('{{', first)
    ? fault({ source, start: first }, 'expr.syntax', 'This is an expression already', 'Leave out the inner {{ and }}.')
    : undefined;

const syntaxProblem = (source: Source, start: number, end: number, thrown: unknown): Problem => {
  if (thrown instanceof RangeError) return tooDeep(source, start);
  if (!(thrown instanceof SyntaxError)) throw thrown;
  const at = 'pos' in thrown && typeof thrown.pos === 'number' ? Math.min(start + thrown.pos, end) : start;
  if (source.text.slice(start, end).includes('{{')) {
    const nested = source.text.indexOf('{{', start);
    return fault(
      { source, start: nested },
      'expr.syntax',
      'This is an expression already',
      'Leave out the inner {{ and }}.',
    );
  }
  const text = at >= end ? 'The expression ends too early' : acornText(thrown.message);
  return fault({ source, start: at }, 'expr.syntax', text, ONE);
};

/** Acorn's own words, without its position, which counts from another start. */
const acornText = (message: string): string => {
  const words = message.replace(/ \(\d+:\d+\)$/, '');
  return words === 'Unexpected token' ? 'This is not expected here' : words;
};

/** The first offset from `from` on that is neither blank nor in a comment. */
const skipBlank = (text: string, from: number): number => {
  let at = from;
  while (at < text.length) {
    if (text.startsWith('/*', at)) {
      const close = text.indexOf('*/', at + 2);
      if (close === -1) return at;
      at = close + 2;
    } else if (text.startsWith('//', at)) {
      while (at < text.length && !/[\n\r\u2028\u2029]/.test(text[at] ?? '')) at += 1;
    } else if (/\s/.test(text[at] ?? '')) {
      at += 1;
    } else {
      return at;
    }
  }
  return text.length;
};
