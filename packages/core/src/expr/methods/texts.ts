/**
 * Methods of texts, as in JavaScript. Positions count UTF-16 units. Regexes are linear (regex.ts).
 */
import { toText } from '../convert.ts';
import { fail } from '../fault.ts';
import { matches, tests } from '../regex/run.ts';
import {
  expansion,
  indexIn,
  lastIndexIn,
  padded,
  places,
  repeated,
  replaceAt,
  splitBy,
  type Found,
  type Replacement,
} from '../search.ts';
import { Pattern } from '../values.ts';
import { localeOf } from './locales.ts';
import { methodOf, opt, req, rest, type Callback, type Method, type Use } from './method.ts';

const text = methodOf('text');

/** A match as JavaScript gives it: the whole, the groups, and beside them `index` and `groups`. */
export const matchList = (use: Use, self: string, found: Found): unknown[] => {
  use.budget.charge(20 + found.groups.length);
  const made: unknown[] & { index?: number; groups?: unknown } = [self.slice(found.start, found.end), ...found.groups];
  made.index = found.start;
  made.groups = found.named === undefined ? undefined : { ...found.named };
  return made;
};

const replacing = (use: Use, self: string, by: string | Callback): Replacement => {
  if (typeof by === 'string') return expansion(use.budget, self, by);
  return (found) => {
    const named = found.named === undefined ? [] : [{ ...found.named }];
    const made = by(self.slice(found.start, found.end), ...found.groups, found.start, self, ...named);
    return toText(made, use.budget, use.site);
  };
};

const replaced = (use: Use, self: string, pattern: string | Pattern, by: string | Callback, all: boolean): string => {
  const { budget } = use;
  const found = typeof pattern === 'string' ? places(budget, self, pattern, all) : matches(budget, pattern, self, all);
  return replaceAt(budget, self, found, replacing(use, self, by));
};

const needsGlobal = (use: Use, method: string, pattern: Pattern): void => {
  if (!pattern.flags.includes('g'))
    fail(use.site, 'expr.value', `\`${method}\` needs a regex with the flag g`, 'Write the g behind the regex: /a/g.');
};

/** Splitting at a regex, with its groups between, as JavaScript does. */
const splitAt = (use: Use, self: string, pattern: Pattern, limit: number): unknown[] => {
  if (self === '') return tests(use.budget, pattern, self) ? [] : [self];
  const made: unknown[] = [];
  let from = 0;
  for (const found of matches(use.budget, pattern, self, true)) {
    if (found.start >= self.length) break;
    if (found.end === from) continue;
    made.push(self.slice(from, found.start), ...found.groups);
    from = found.end;
    if (made.length >= limit) return made.slice(0, limit);
  }
  made.push(self.slice(from));
  return made.slice(0, limit);
};

const limitOf = (limit: number | undefined): number => (limit === undefined ? 2 ** 32 - 1 : Math.trunc(limit) >>> 0);

const ASCII = /^[\0-\x7f]*$/;

/** Changing case is quick for ASCII; elsewhere one character may become three. */
const payCase = (use: Use, self: string): void => {
  use.budget.scan(self.length);
  if (!ASCII.test(self)) use.budget.charge(self.length * 1.5);
};

const simple = (
  name: string,
  doc: string,
  example: readonly [string, unknown],
  run: (self: string) => string,
  pay: (use: Use, self: string) => void = (use, self) => use.budget.scan(self.length),
): Method =>
  text({
    name,
    params: [],
    result: 'text',
    doc,
    example,
    run: (use, self) => {
      pay(use, self);
      return run(self);
    },
  });

/** More marks on one letter than any script has. */
const MANY_MARKS = /\p{M}{31}/u;

/**
 * Bringing marks into their order takes the platform a time that grows with the square of their
 * number, so long rows of them are refused where texts are normalized or compared.
 */
const orderly = (use: Use, self: string): string => {
  use.budget.charge(1 + self.length / 2);
  const fix = 'Leave them out first: text.replace(/\\p{M}+/gu, "").';
  return MANY_MARKS.test(self)
    ? fail(use.site, 'expr.value', 'This text has too many combining marks in a row', fix)
    : self;
};

/** A part of a text shares its characters with the whole; what writing the whole cost was paid when it was made. */
const cut = (use: Use, part: string): string => {
  use.budget.copy(part.length);
  return part;
};

const FORMS: ReadonlySet<string> = new Set(['NFC', 'NFD', 'NFKC', 'NFKD']);

export const texts: readonly Method[] = [
  simple(
    'toLowerCase',
    'The text in lower case.',
    ["'Ada'.toLowerCase()", 'ada'],
    (self) => self.toLowerCase(),
    payCase,
  ),
  simple(
    'toUpperCase',
    'The text in upper case.',
    ["'Ada'.toUpperCase()", 'ADA'],
    (self) => self.toUpperCase(),
    payCase,
  ),
  simple('trim', 'The text without white space at both ends.', ["'  a b '.trim()", 'a b'], (self) => self.trim()),
  simple('trimStart', 'The text without white space at its start.', ["'  a '.trimStart()", 'a '], (self) =>
    self.trimStart(),
  ),
  simple('trimEnd', 'The text without white space at its end.', ["'  a '.trimEnd()", '  a'], (self) => self.trimEnd()),
  simple('toString', 'The text itself.', ["'a'.toString()", 'a'], (self) => self),
  text({
    name: 'includes',
    params: [req('search', 'text'), opt('from', 'number')],
    result: 'boolean',
    doc: 'True if the text contains another.',
    example: ["'abc'.includes('bc')", true],
    run: (use, self, search, from) => indexIn(use.budget, self, search, from) !== -1,
  }),
  text({
    name: 'indexOf',
    params: [req('search', 'text'), opt('from', 'number')],
    result: 'number',
    doc: 'Where another text first occurs in the text, or -1.',
    example: ["'abcb'.indexOf('b')", 1],
    run: (use, self, search, from) => indexIn(use.budget, self, search, from),
  }),
  text({
    name: 'lastIndexOf',
    params: [req('search', 'text')],
    result: 'number',
    doc: 'Where another text last occurs in the text, or -1.',
    example: ["'abcb'.lastIndexOf('b')", 3],
    run: (use, self, search) => lastIndexIn(use.budget, self, search),
  }),
  text({
    name: 'startsWith',
    params: [req('search', 'text'), opt('from', 'number')],
    result: 'boolean',
    doc: 'True if the text begins with another.',
    example: ["'abc'.startsWith('ab')", true],
    run: (use, self, search, from) => {
      use.budget.scan(search.length);
      return self.startsWith(search, from);
    },
  }),
  text({
    name: 'endsWith',
    params: [req('search', 'text'), opt('to', 'number')],
    result: 'boolean',
    doc: 'True if the text ends with another.',
    example: ["'abc'.endsWith('bc')", true],
    run: (use, self, search, to) => {
      use.budget.scan(search.length);
      return self.endsWith(search, to);
    },
  }),
  text({
    name: 'slice',
    params: [opt('from', 'number'), opt('to', 'number')],
    result: 'text',
    doc: 'The part of the text from one position up to, not including, another; negative positions count from the end.',
    example: ["'abcd'.slice(1, -1)", 'bc'],
    run: (use, self, from, to) => cut(use, self.slice(from, to)),
  }),
  text({
    name: 'substring',
    params: [req('from', 'number'), opt('to', 'number')],
    result: 'text',
    doc: 'The part of the text from one position up to, not including, another.',
    example: ["'abcd'.substring(1, 3)", 'bc'],
    run: (use, self, from, to) => cut(use, self.substring(from, to)),
  }),
  text({
    name: 'at',
    params: [req('index', 'number')],
    result: 'text',
    doc: 'The character at a position; negative positions count from the end.',
    example: ["'abc'.at(-1)", 'c'],
    run: (_use, self, at) => self.at(at),
  }),
  text({
    name: 'charAt',
    params: [req('index', 'number')],
    result: 'text',
    doc: 'The character at a position, or an empty text.',
    example: ["'abc'.charAt(1)", 'b'],
    run: (_use, self, at) => self.charAt(at),
  }),
  text({
    name: 'charCodeAt',
    params: [req('index', 'number')],
    result: 'number',
    doc: 'The number of the UTF-16 unit at a position.',
    example: ["'abc'.charCodeAt(0)", 97],
    run: (_use, self, at) => self.charCodeAt(at),
  }),
  text({
    name: 'codePointAt',
    params: [req('index', 'number')],
    result: 'number',
    doc: 'The Unicode number of the character at a position.',
    example: ["'abc'.codePointAt(0)", 97],
    run: (_use, self, at) => self.codePointAt(at),
  }),
  text({
    name: 'concat',
    params: [rest('more', 'any')],
    result: 'text',
    doc: 'The text with others behind it.',
    example: ["'a'.concat('b', 1)", 'ab1'],
    run: (use, self, more) => {
      let made = self;
      for (const one of more) {
        const next = toText(one, use.budget, use.site);
        use.budget.copy(made.length + next.length);
        made += next;
      }
      return made;
    },
  }),
  text({
    name: 'repeat',
    params: [req('count', 'number')],
    result: 'text',
    doc: 'The text several times.',
    example: ["'ab'.repeat(2)", 'abab'],
    run: (use, self, count) => repeated(use.budget, use.site, self, count),
  }),
  text({
    name: 'padStart',
    params: [req('length', 'number'), opt('fill', 'text')],
    result: 'text',
    doc: 'The text brought to a length by filling at its start.',
    example: ["'7'.padStart(3, '0')", '007'],
    run: (use, self, length, fill = ' ') => padded(use.budget, self, length, fill, 'start'),
  }),
  text({
    name: 'padEnd',
    params: [req('length', 'number'), opt('fill', 'text')],
    result: 'text',
    doc: 'The text brought to a length by filling at its end.',
    example: ["'7'.padEnd(3, '.')", '7..'],
    run: (use, self, length, fill = ' ') => padded(use.budget, self, length, fill, 'end'),
  }),
  text({
    name: 'split',
    params: [opt('separator', 'text or regex'), opt('limit', 'number')],
    result: 'list',
    doc: 'The list of parts between the separators.',
    example: ["'a, b,c'.split(/,\\s*/)", ['a', 'b', 'c']],
    run: (use, self, separator, limit) => {
      const most = limitOf(limit);
      if (separator === undefined) return most === 0 ? [] : [self];
      return separator instanceof Pattern
        ? splitAt(use, self, separator, most)
        : splitBy(use.budget, self, separator, most);
    },
  }),
  text({
    name: 'replace',
    params: [req('pattern', 'text or regex'), req('replacement', 'text or function')],
    result: 'text',
    doc: 'The text with the first place of a text or regex replaced; every place if the regex has the flag g.',
    example: ["'a-b-c'.replace(/-(\\w)/g, '+$1')", 'a+b+c'],
    run: (use, self, pattern, by) =>
      replaced(use, self, pattern, by, pattern instanceof Pattern && pattern.flags.includes('g')),
  }),
  text({
    name: 'replaceAll',
    params: [req('pattern', 'text or regex'), req('replacement', 'text or function')],
    result: 'text',
    doc: 'The text with every place of a text or regex replaced.',
    example: ["'a-b-c'.replaceAll('-', '/')", 'a/b/c'],
    run: (use, self, pattern, by) => {
      if (pattern instanceof Pattern) needsGlobal(use, 'replaceAll', pattern);
      return replaced(use, self, pattern, by, true);
    },
  }),
  text({
    name: 'match',
    params: [req('regex', 'regex')],
    result: 'list',
    doc: 'What a regex finds: the match and its groups, with `index` and `groups`; with the flag g the list of all matches; null when there is none.',
    example: ["'v1.22'.match(/(\\d+)\\.(\\d+)/)[2]", '22'],
    run: (use, self, pattern) => {
      if (!pattern.flags.includes('g')) {
        for (const found of matches(use.budget, pattern, self, false)) return matchList(use, self, found);
        return null;
      }
      const made: string[] = [];
      for (const found of matches(use.budget, pattern, self, true)) made.push(self.slice(found.start, found.end));
      return made.length === 0 ? null : made;
    },
  }),
  text({
    name: 'matchAll',
    params: [req('regex', 'regex')],
    result: 'list',
    doc: 'The list of all matches of a regex with the flag g, each with its groups.',
    example: ["'a1b2'.matchAll(/[a-z](\\d)/g).map(m => m[1])", ['1', '2']],
    run: (use, self, pattern) => {
      needsGlobal(use, 'matchAll', pattern);
      const made: unknown[] = [];
      for (const found of matches(use.budget, pattern, self, true)) made.push(matchList(use, self, found));
      return made;
    },
  }),
  text({
    name: 'search',
    params: [req('regex', 'regex')],
    result: 'number',
    doc: 'Where a regex first matches, or -1.',
    example: ["'ab1'.search(/\\d/)", 2],
    run: (use, self, pattern) => {
      for (const found of matches(use.budget, pattern, self, false)) return found.start;
      return -1;
    },
  }),
  text({
    name: 'localeCompare',
    params: [req('other', 'text'), opt('locale', 'text')],
    result: 'number',
    doc: 'Below 0, 0 or above 0, as the text comes before, with or after another in the alphabet of a language (English unless said).',
    example: ["['é', 'z', 'a'].sort((a, b) => a.localeCompare(b))", ['a', 'é', 'z']],
    run: (use, self, other, locale) => {
      use.budget.charge(locale === undefined ? 10 : 100);
      return orderly(use, self).localeCompare(orderly(use, other), localeOf(use, locale ?? 'en-US'));
    },
  }),
  text({
    name: 'normalize',
    params: [opt('form', 'text')],
    result: 'text',
    doc: 'The text in a Unicode normal form: NFC unless said, NFD, NFKC or NFKD.',
    example: ["'é'.normalize('NFD').length", 2],
    run: (use, self, form = 'NFC') =>
      FORMS.has(form)
        ? orderly(use, self).normalize(form)
        : fail(use.site, 'expr.value', 'A normal form is NFC, NFD, NFKC or NFKD'),
  }),
];
