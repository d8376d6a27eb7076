/**
 * The syntax of JavaScript's regexes, read into a small tree, as far as a linear-time engine can run
 * it. Look-around and back-references are refused by name; so is what would silently mean something
 * else here.
 *
 * acorn has checked the syntax already, so this reads valid regexes only; what it does not know it
 * refuses. It exists because the engine's own translation keeps some JavaScript meanings (white space,
 * line ends) and loses others, and because the tree tells what running the regex may cost.
 */

/** A range of code points, both ends included. */
export type Range = readonly [from: number, to: number];

export type Node =
  /** One character out of a set. `properties` are Unicode properties, as the engine writes them. */
  | {
      readonly type: 'set';
      readonly ranges: readonly Range[];
      readonly properties: readonly string[];
      readonly not: boolean;
    }
  | { readonly type: 'assert'; readonly at: '^' | '$' | '\\b' | '\\B' }
  | { readonly type: 'sequence'; readonly items: readonly Node[] }
  | { readonly type: 'either'; readonly options: readonly Node[] }
  | { readonly type: 'group'; readonly inner: Node; readonly name?: string; readonly captures: boolean }
  | {
      readonly type: 'repeat';
      readonly inner: Node;
      readonly min: number;
      readonly max: number;
      readonly lazy: boolean;
    };

/** Counts above this are refused, and so is a regex that grows beyond MOST_INSTRUCTIONS. */
const HIGHEST_COUNT = 1000;

/** Thrown inside this folder only; `message` is a sentence for the author. */
export class Refused extends Error {}

export const LAST_CODE = 0x10ffff;

const DIGITS: readonly Range[] = [[48, 57]];
const WORD: readonly Range[] = [
  [48, 57],
  [65, 90],
  [95, 95],
  [97, 122],
];
/** What \s means in JavaScript, which is more than in other engines. */
const SPACE: readonly Range[] = [
  [9, 13],
  [32, 32],
  [0xa0, 0xa0],
  [0x1680, 0x1680],
  [0x2000, 0x200a],
  [0x2028, 0x2029],
  [0x202f, 0x202f],
  [0x205f, 0x205f],
  [0x3000, 0x3000],
  [0xfeff, 0xfeff],
];
const LINE_ENDS: readonly Range[] = [
  [10, 10],
  [13, 13],
  [0x2028, 0x2029],
];

/** All code points that are in none of the ranges. */
export const complement = (ranges: readonly Range[]): Range[] => {
  const made: Range[] = [];
  let from = 0;
  for (const [low, high] of ranges.toSorted((a, b) => a[0] - b[0])) {
    if (low > from) made.push([from, low - 1]);
    from = Math.max(from, high + 1);
  }
  if (from <= LAST_CODE) made.push([from, LAST_CODE]);
  return made;
};

const classes: ReadonlyMap<string, readonly Range[]> = new Map([
  ['d', DIGITS],
  ['w', WORD],
  ['s', SPACE],
]);

type Known = { readonly ranges: readonly Range[]; readonly not: boolean };

/** The set a letter stands for behind a backslash; the capital is the opposite. */
const classOf = (letter: string): Known | undefined => {
  const ranges = classes.get(letter.toLowerCase());
  return ranges === undefined ? undefined : { ranges, not: letter !== letter.toLowerCase() };
};

const set = (ranges: readonly Range[], properties: readonly string[] = [], not = false): Node => ({
  type: 'set',
  ranges,
  properties,
  not,
});

/** Unicode categories by their short names, and the scripts that can be named. */
const CATEGORIES = /^(?:L[ulmot]?|M[nce]?|N[dlo]?|P[cdseifo]?|S[mcko]?|Z[slp]?|C[cfo]?)$/;
export const SCRIPTS: ReadonlySet<string> = new Set(
  'Latin Greek Cyrillic Armenian Hebrew Arabic Devanagari Bengali Gurmukhi Gujarati Tamil Telugu Kannada Malayalam Sinhala Thai Lao Tibetan Georgian Hangul Ethiopic Khmer Mongolian Hiragana Katakana Bopomofo Han'.split(
    ' ',
  ),
);

const CONTROLS: ReadonlyMap<string, number> = new Map([
  ['t', 9],
  ['n', 10],
  ['v', 11],
  ['f', 12],
  ['r', 13],
]);

type Flags = { readonly unicode: boolean; readonly dotAll: boolean; readonly ignoreCase: boolean };

/** Reads the source of a regex literal. Throws Refused. */
export const read = (source: string, flags: Flags): Node => new Reader(source, flags).either(0);

/** Groups nested deeper than this are refused. */
const DEEPEST = 50;

class Reader {
  readonly #text: string;
  readonly #flags: Flags;
  #at = 0;

  constructor(text: string, flags: Flags) {
    this.#text = text;
    this.#flags = flags;
  }

  either(depth: number): Node {
    if (depth > DEEPEST) throw new Refused('The groups of this regex are nested too deeply');
    const options = [this.#sequence(depth)];
    while (this.#take('|')) options.push(this.#sequence(depth));
    const [only] = options;
    return options.length === 1 && only !== undefined ? only : { type: 'either', options };
  }

  #peek(): string | undefined {
    return this.#text[this.#at];
  }

  #take(expected: string): boolean {
    if (!this.#text.startsWith(expected, this.#at)) return false;
    this.#at += expected.length;
    return true;
  }

  /** Takes what a sticky pattern matches here. */
  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found !== null) this.#at += found[0].length;
    return found;
  }

  #sequence(depth: number): Node {
    const items: Node[] = [];
    for (let next = this.#peek(); next !== undefined && next !== '|' && next !== ')'; next = this.#peek()) {
      items.push(this.#quantified(this.#atom(depth)));
    }
    const [only] = items;
    return items.length === 1 && only !== undefined ? only : { type: 'sequence', items };
  }

  #quantified(inner: Node): Node {
    const counts = this.#match(/\{(\d+)(?:(,)(\d*))?\}/y);
    if (counts !== null) {
      const min = Number(counts[1]);
      const max = counts[2] === undefined ? min : counts[3] === '' ? Number.POSITIVE_INFINITY : Number(counts[3]);
      if (min > HIGHEST_COUNT || (max > HIGHEST_COUNT && max !== Number.POSITIVE_INFINITY)) {
        throw new Refused(`A count in a regex may be ${HIGHEST_COUNT} at most`);
      }
      return { type: 'repeat', inner, min, max, lazy: this.#take('?') };
    }
    const mark = this.#match(/[*+?]/y)?.[0];
    if (mark === undefined) return inner;
    const [min, max] =
      mark === '*' ? [0, Number.POSITIVE_INFINITY] : mark === '+' ? [1, Number.POSITIVE_INFINITY] : [0, 1];
    return { type: 'repeat', inner, min, max, lazy: this.#take('?') };
  }

  #atom(depth: number): Node {
    if (this.#take('^')) return { type: 'assert', at: '^' };
    if (this.#take('$')) return { type: 'assert', at: '$' };
    if (this.#take('\\b')) return { type: 'assert', at: '\\b' };
    if (this.#take('\\B')) return { type: 'assert', at: '\\B' };
    if (this.#take('.')) return set(this.#flags.dotAll ? [] : LINE_ENDS, [], true);
    if (this.#take('(')) return this.#group(depth);
    if (this.#take('[')) return this.#characterClass();
    if (this.#take('\\')) return this.#escape();
    return set([this.#character()]);
  }

  #group(depth: number): Node {
    if (this.#match(/\?[=!]/y) !== null) throw new Refused('Look-ahead cannot be run in linear time');
    if (this.#match(/\?<[=!]/y) !== null) throw new Refused('Look-behind cannot be run in linear time');
    const name = this.#match(/\?<([^>]+)>/y)?.[1];
    const captures = name !== undefined || !this.#take('?:');
    if (captures && name === undefined && this.#peek() === '?')
      throw new Refused('This kind of group is not supported');
    if (name !== undefined && !/^[A-Za-z_]\w*$/.test(name))
      throw new Refused('A group has a name of letters, digits and _');
    const inner = this.either(depth + 1);
    this.#take(')');
    return { type: 'group', inner, captures, ...(name === undefined ? {} : { name }) };
  }

  /** One code point as it stands. */
  #character(): Range {
    const code = this.#text.codePointAt(this.#at) ?? 0;
    this.#at += code > 0xffff ? 2 : 1;
    return [code, code];
  }

  /** After a backslash, outside a class. */
  #escape(): Node {
    const property = this.#property();
    if (property !== undefined) return set([], [property]);
    const known = classOf(this.#peek() ?? '');
    if (known !== undefined) {
      this.#at += 1;
      return set(known.ranges, [], known.not);
    }
    if (/[1-9k]/.test(this.#peek() ?? '')) throw new Refused('Back-references cannot be run in linear time');
    return set([this.#escaped()]);
  }

  /** \p{…} as the engine writes it; only with the flag u, as in JavaScript. */
  #property(): string | undefined {
    const found = this.#match(/[pP]\{(?:(?:Script|sc|General_Category|gc)=)?([A-Za-z_]+)\}/y);
    if (found === null) return undefined;
    if (!this.#flags.unicode) throw new Refused('Unicode properties need the flag u');
    if (this.#flags.ignoreCase) throw new Refused('Unicode properties and the flag i do not go together');
    const name = found[1] ?? '';
    if (!CATEGORIES.test(name) && !SCRIPTS.has(name))
      throw new Refused(
        'This Unicode property is not known here; write a category such as Lu, or a script such as Script=Greek',
      );
    return `\\${found[0][0]}{${name}}`;
  }

  /** A single escaped character. */
  #escaped(): Range {
    const hex =
      this.#match(/x([0-9A-Fa-f]{2})/y)?.[1] ??
      this.#match(/u\{([0-9A-Fa-f]+)\}/y)?.[1] ??
      this.#match(/u([0-9A-Fa-f]{4})/y)?.[1];
    if (hex !== undefined) return this.#paired(Number.parseInt(hex, 16));
    const control = this.#match(/c([A-Za-z])/y)?.[1];
    if (control !== undefined) return one(control.charCodeAt(0) % 32);
    if (this.#match(/0(?!\d)/y) !== null) return one(0);
    if (/\d/.test(this.#peek() ?? '')) throw new Refused('Octal escapes are not supported');
    const letter = this.#peek() ?? '';
    const code = CONTROLS.get(letter);
    if (code === undefined) return this.#character();
    this.#at += 1;
    return one(code);
  }

  /** Two escaped halves of one character are that character. */
  #paired(high: number): Range {
    if (high < 0xd800 || high > 0xdbff) return one(high);
    const low = this.#match(/\\u(D[C-F][0-9A-F]{2})/iy)?.[1];
    return one(low === undefined ? high : (high - 0xd800) * 0x400 + (Number.parseInt(low, 16) - 0xdc00) + 0x10000);
  }

  #characterClass(): Node {
    const not = this.#take('^');
    const ranges: Range[] = [];
    const properties: string[] = [];
    while (this.#peek() !== undefined && !this.#take(']')) {
      const from = this.#classItem(ranges, properties);
      const dash = from !== undefined && this.#peek() === '-' && this.#text[this.#at + 1] !== ']';
      if (from === undefined) continue;
      if (!dash) {
        ranges.push(from);
        continue;
      }
      this.#at += 1;
      const to = this.#classItem(ranges, properties);
      if (to === undefined) ranges.push(from, one(45));
      else ranges.push([from[0], to[1]]);
    }
    return set(ranges, properties, not);
  }

  /** One character of a class; undefined when it was a set of characters, which is added as such. */
  #classItem(ranges: Range[], properties: string[]): Range | undefined {
    if (!this.#take('\\')) return this.#character();
    const property = this.#property();
    if (property !== undefined) {
      properties.push(property);
      return undefined;
    }
    const known = classOf(this.#peek() ?? '');
    if (known !== undefined) {
      this.#at += 1;
      ranges.push(...(known.not ? complement(known.ranges) : known.ranges));
      return undefined;
    }
    if (this.#take('b')) return one(8);
    return this.#escaped();
  }
}

const one = (code: number): Range => [code, code];
