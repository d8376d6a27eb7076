/**
 * Strict reading of JSON text from people and from the network: flow files, run bodies, webhook bodies.
 *
 * `JSON.parse` silently keeps the last of two equal keys (so that a signature, a check and a run can see three different
 * documents) and knows neither lines nor limits; this reader refuses equal keys with their place and never recurses past
 * the depth it was given.
 *
 * JS1 The grammar is RFC 8259 and nothing more; one leading byte order mark is skipped.
 * JS2 The key `__proto__` is refused, so a value read here carries own data properties only.
 * JS3 A number beyond the range of a double is refused instead of becoming infinite.
 * JS4 No text of a Problem quotes a value; keys are quoted, because the author must find them.
 */

import { problem, type Problem, type Result } from '../../problem.ts';
import { fieldPath } from '../path.ts';

/**
 * `bytes` of UTF-8 text (default 5 MB), `depth` of nested lists and objects (default 64), `values` of all kinds together
 * (default 300,000: a short text can hold very many, and making them is what costs).
 */
export type JsonLimits = { readonly bytes?: number; readonly depth?: number; readonly values?: number };

/** What was read. With problems of keys the value is still there (the first of equal keys wins); after a syntax problem it is undefined. */
export type JsonRead = { readonly value: unknown; readonly problems: readonly Problem[] };

const DEFAULT_BYTES = 5_000_000;
const DEFAULT_DEPTH = 64;
const DEFAULT_VALUES = 300_000;
const MOST_KEY_PROBLEMS = 100;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
/** Characters of a text before it counts as a long one. */
const LONG = 32;
/** All but quotes, backslashes and control characters. */
const PLAIN = /[\u0020\u0021\u0023-\u005b\u005d-\uffff]+/y;
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

/** Length of the text in bytes of UTF-8. */
const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

/** Reads one JSON text. Equal keys and forbidden keys are all reported; the first breach of the grammar ends the reading. */
export const scanJson = (text: string, limits: JsonLimits = {}): JsonRead => {
  const bytes = limits.bytes ?? DEFAULT_BYTES;
  if (text.length > bytes || (text.length * 3 > bytes && bytesOf(text) > bytes)) {
    return {
      value: undefined,
      problems: [
        problem('json.size', `expected at most ${bytes} bytes of JSON, got more`, {
          fix: 'Send less, or keep large content in files and pass references.',
        }),
      ],
    };
  }
  return new Reader(text, limits.depth ?? DEFAULT_DEPTH, limits.values ?? DEFAULT_VALUES).read();
};

/** As scanJson, for callers that need one answer: the value, or the first Problem. */
export const readJson = (text: string, limits: JsonLimits = {}): Result<unknown> => {
  const { value, problems } = scanJson(text, limits);
  const first = problems[0];
  return first === undefined ? { ok: true, value } : { ok: false, problem: first };
};

/** Ends the reading from any depth; caught in `read` and nowhere else. */
class Stop {
  readonly problem: Problem;
  constructor(reason: Problem) {
    this.problem = reason;
  }
}

class Reader {
  private at = 0;
  private readonly path: (string | number)[] = [];
  private readonly problems: Problem[] = [];
  private readonly text: string;
  private readonly depth: number;
  private readonly most: number;
  private values = 0;

  constructor(text: string, depth: number, most: number) {
    this.text = text;
    this.depth = depth;
    this.most = most;
  }

  read(): JsonRead {
    try {
      if (this.text.charCodeAt(0) === 0xfeff) this.at = 1;
      this.space();
      const value = this.value(0);
      this.space();
      if (this.at < this.text.length) this.syntax('the end of the text', 'One JSON text holds one value.');
      return { value, problems: this.problems };
    } catch (stop) {
      if (!(stop instanceof Stop)) throw stop;
      return { value: undefined, problems: [...this.problems, stop.problem] };
    }
  }

  private value(depth: number): unknown {
    this.values += 1;
    if (this.values > this.most) this.many();
    const c = this.text.charCodeAt(this.at);
    switch (c) {
      case 0x22:
        return this.string();
      case 0x7b:
        return this.object(depth + 1);
      case 0x5b:
        return this.list(depth + 1);
      case 0x74:
        return this.word('true', true);
      case 0x66:
        return this.word('false', false);
      case 0x6e:
        return this.word('null', null);
      default:
        return this.number();
    }
  }

  private object(depth: number): Record<string, unknown> {
    this.deeper(depth);
    const made: Record<string, unknown> = {};
    this.at++;
    this.space();
    if (this.text.charCodeAt(this.at) === 0x7d) {
      this.at++;
      return made;
    }
    for (;;) {
      if (this.text.charCodeAt(this.at) !== 0x22) this.syntax('a field name in double quotes', this.hint());
      const start = this.at;
      const key = this.string();
      this.space();
      if (this.text.charCodeAt(this.at) !== 0x3a) this.syntax('":" after a field name');
      this.at++;
      this.space();
      this.path.push(key);
      const value = this.value(depth);
      if (key === '__proto__')
        this.refuse(start, 'json.key', 'the field name __proto__ is not allowed', 'Choose another name.');
      else if (Object.hasOwn(made, key))
        this.refuse(start, 'json.duplicate', 'this field is there twice', 'Remove one of the two.');
      else made[key] = value;
      this.path.pop();
      this.space();
      if (this.closes(0x7d, '}')) return made;
    }
  }

  private list(depth: number): unknown[] {
    this.deeper(depth);
    const made: unknown[] = [];
    this.at++;
    this.space();
    if (this.text.charCodeAt(this.at) === 0x5d) {
      this.at++;
      return made;
    }
    for (;;) {
      this.path.push(made.length);
      made.push(this.value(depth));
      this.path.pop();
      this.space();
      if (this.closes(0x5d, ']')) return made;
    }
  }

  /** After an entry: true at the closing sign; false after a comma, standing at the next entry. */
  private closes(code: number, sign: string): boolean {
    const c = this.text.charCodeAt(this.at);
    if (c === code) {
      this.at++;
      return true;
    }
    if (c !== 0x2c) this.syntax(`"," or "${sign}"`, this.hint());
    this.at++;
    this.space();
    if (this.text.charCodeAt(this.at) === code)
      this.syntax('another entry after ","', 'Remove the comma: JSON has none before a closing sign.');
    return false;
  }

  private string(): string {
    const { text } = this;
    let from = ++this.at;
    let made = '';
    for (;;) {
      // A long text is passed over by the engine's own search, which takes a third of the time.
      if (this.at - from === LONG) {
        PLAIN.lastIndex = this.at;
        PLAIN.test(text);
        this.at = Math.max(this.at, PLAIN.lastIndex);
      }
      const c = text.charCodeAt(this.at);
      if (c === 0x22) {
        made += text.slice(from, this.at++);
        return made;
      }
      if (c === 0x5c) {
        made += text.slice(from, this.at);
        made += this.escape();
        from = this.at;
      } else if (c < 0x20 || Number.isNaN(c)) {
        this.syntax('the closing double quote of a text', 'Inside a text a line break is written \\n and a tab \\t.');
      } else this.at++;
    }
  }

  private escape(): string {
    const sign = this.text.charAt(this.at + 1);
    if (sign === 'u') {
      const digits = this.text.slice(this.at + 2, this.at + 6);
      if (!/^[0-9a-fA-F]{4}$/.test(digits)) this.syntax('four hexadecimal digits after \\u');
      this.at += 6;
      return String.fromCharCode(Number.parseInt(digits, 16));
    }
    const made = ESCAPES.get(sign);
    if (made === undefined)
      return this.syntax(
        'one of \\" \\\\ \\/ \\b \\f \\n \\r \\t \\u after a backslash',
        'A backslash itself is written \\\\.',
      );
    this.at += 2;
    return made;
  }

  private number(): number {
    NUMBER.lastIndex = this.at;
    const digits = NUMBER.exec(this.text)?.[0];
    if (digits === undefined) return this.syntax('a value', this.hint());
    const made = Number(digits);
    if (!Number.isFinite(made)) this.syntax('a number within the range of a double');
    this.at += digits.length;
    return made;
  }

  private word<T>(word: string, value: T): T {
    if (!this.text.startsWith(word, this.at)) this.syntax('a value', this.hint());
    this.at += word.length;
    return value;
  }

  private space(): void {
    for (;;) {
      const c = this.text.charCodeAt(this.at);
      if (c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09) this.at++;
      else return;
    }
  }

  private many(): never {
    throw new Stop(
      problem('json.values', `expected at most ${this.most} values in a JSON text, got more`, {
        fix: 'Send fewer at a time, or keep large content in files and pass references.',
      }),
    );
  }

  private deeper(depth: number): void {
    if (depth <= this.depth) return;
    throw new Stop(
      this.made(this.at, 'json.depth', `expected at most ${this.depth} levels of nested lists and objects, got more`),
    );
  }

  private refuse(start: number, code: string, text: string, fix: string): void {
    if (this.problems.length < MOST_KEY_PROBLEMS) this.problems.push(this.made(start, code, text, fix));
  }

  private syntax(expected: string, fix?: string): never {
    const c = this.text.charAt(this.at);
    throw new Stop(
      this.made(
        this.at,
        'json.syntax',
        `expected ${expected}, got ${c === '' ? 'the end of the text' : JSON.stringify(c)}`,
        fix,
      ),
    );
  }

  /** What people carry over from JavaScript and Python. */
  private hint(): string | undefined {
    const rest = this.text.slice(this.at, this.at + 9);
    if (rest.startsWith("'")) return 'Write texts and field names in double quotes.';
    if (rest.startsWith('//') || rest.startsWith('/*') || rest.startsWith('#'))
      return 'Remove the comment: JSON has none. A step can carry a "note".';
    if (/^(undefined|NaN|None|Infinity)/.test(rest)) return 'Write null.';
    if (/^(True|False)/.test(rest)) return 'Write true or false in lower case.';
    return undefined;
  }

  private made(start: number, code: string, text: string, fix?: string): Problem {
    const before = this.text.slice(0, start);
    const line = before.split('\n').length;
    const column = start - before.lastIndexOf('\n');
    const field = fieldPath(this.path);
    return problem(code, `line ${line}, column ${column}: ${text}`, {
      ...(field === '' ? {} : { at: { field } }),
      ...(fix === undefined ? {} : { fix }),
    });
  }
}
