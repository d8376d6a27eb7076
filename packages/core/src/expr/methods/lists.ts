/**
 * Methods of lists. Lists are never changed: `sort` and `reverse` give a new list, as `toSorted` and
 * `toReversed` do. Callbacks get (item, index, list) and pay for themselves.
 */
import { DEEPEST, joinList, same, toNumber, toText } from '../convert.ts';
import { fail } from '../fault.ts';
import { methodOf, opt, req, rest, type Method, type Use } from './method.ts';

const list = methodOf('list');

/** The items for which the callback answers true, with the callback's answers as JavaScript takes them. */
const firstIndex = (use: Use, self: readonly unknown[], test: (...args: unknown[]) => unknown): number => {
  use.budget.charge(self.length / 4);
  return self.findIndex((item, i) => test(item, i, self));
};

const lastIndex = (use: Use, self: readonly unknown[], test: (...args: unknown[]) => unknown): number => {
  use.budget.charge(self.length / 4);
  return self.findLastIndex((item, i) => test(item, i, self));
};

/** Comparisons that sorting may need. */
const comparisons = (length: number): number => length * Math.max(1, Math.ceil(Math.log2(length + 1)));

const sorted = (use: Use, self: readonly unknown[], compare?: (...args: unknown[]) => unknown): unknown[] => {
  const { budget, site } = use;
  budget.charge(1 + self.length);
  if (compare !== undefined) return self.toSorted((a, b) => toNumber(compare(a, b), budget, site));
  let longest = 0;
  const keyed = self.map((item) => {
    const key = toText(item, budget, site);
    longest = Math.max(longest, key.length);
    return { key, item };
  });
  budget.charge(comparisons(self.length) * (0.5 + longest / 16));
  keyed.sort((a, b) =>
    a.item === undefined ? 1 : b.item === undefined ? -1 : a.key < b.key ? -1 : a.key > b.key ? 1 : 0,
  );
  return keyed.map(({ item }) => item);
};

const flatten = (use: Use, from: readonly unknown[], depth: number, into: unknown[], level: number): unknown[] => {
  if (level > DEEPEST) fail(use.site, 'expr.too_deep', `This list is nested deeper than ${DEEPEST} levels`);
  use.budget.charge(1 + from.length);
  for (const item of from) {
    if (depth >= 1 && Array.isArray(item)) flatten(use, item, depth - 1, into, level + 1);
    else into.push(item);
  }
  return into;
};

/** Reduces from one end to the other; `initial` is empty when no first value was given. */
const reduced = (
  use: Use,
  self: readonly unknown[],
  step: (...args: unknown[]) => unknown,
  initial: readonly unknown[],
  backwards: boolean,
): unknown => {
  use.budget.charge(1 + self.length / 2);
  if (self.length === 0 && initial.length === 0) {
    const fix = 'Give a first value: list.reduce((sum, i) => sum + i, 0).';
    return fail(use.site, 'expr.value', 'An empty list has nothing to reduce', fix);
  }
  const by = backwards ? -1 : 1;
  const end = backwards ? -1 : self.length;
  let at = backwards ? self.length - 1 : 0;
  let total = initial[0];
  if (initial.length === 0) {
    total = self[at];
    at += by;
  }
  for (; at !== end; at += by) total = step(total, self[at], at, self);
  return total;
};

const finder = (use: Use, self: readonly unknown[], search: unknown): void =>
  use.budget.charge(self.length * (typeof search === 'string' ? 0.25 + search.length / 128 : 0.25));

const index = (value: number | undefined, length: number, otherwise: number): number => {
  const at = value === undefined ? otherwise : Math.trunc(value) || 0;
  return at < 0 ? Math.max(0, length + at) : Math.min(at, length);
};

export const lists: readonly Method[] = [
  list({
    name: 'map',
    params: [req('function', 'function')],
    result: 'list',
    doc: 'A new list with what the function gives for each item.',
    example: ['[1, 2, 3].map(x => x * 2)', [2, 4, 6]],
    run: (use, self, f) => {
      use.budget.charge(self.length / 2);
      return self.map((item, i) => f(item, i, self));
    },
  }),
  list({
    name: 'filter',
    params: [req('function', 'function')],
    result: 'list',
    keeps: 'part',
    doc: 'A new list with the items for which the function gives true.',
    example: ['[1, 2, 3].filter(x => x > 1)', [2, 3]],
    run: (use, self, f) => {
      use.budget.charge(self.length / 2);
      return self.filter((item, i) => f(item, i, self));
    },
  }),
  list({
    name: 'find',
    params: [req('function', 'function')],
    result: 'any',
    keeps: 'part',
    doc: 'The first item for which the function gives true; missing when there is none.',
    example: ['[{ id: 1 }, { id: 2 }].find(x => x.id === 2)', { id: 2 }],
    run: (use, self, f) => self[firstIndex(use, self, f)],
  }),
  list({
    name: 'findIndex',
    params: [req('function', 'function')],
    result: 'number',
    doc: 'The index of the first item for which the function gives true, or -1.',
    example: ["['a', 'b'].findIndex(x => x === 'b')", 1],
    run: firstIndex,
  }),
  list({
    name: 'findLast',
    params: [req('function', 'function')],
    result: 'any',
    keeps: 'part',
    doc: 'The last item for which the function gives true; missing when there is none.',
    example: ['[1, 2, 3].findLast(x => x < 3)', 2],
    run: (use, self, f) => self[lastIndex(use, self, f)],
  }),
  list({
    name: 'findLastIndex',
    params: [req('function', 'function')],
    result: 'number',
    doc: 'The index of the last item for which the function gives true, or -1.',
    example: ['[1, 2, 3].findLastIndex(x => x < 3)', 1],
    run: lastIndex,
  }),
  list({
    name: 'some',
    params: [req('function', 'function')],
    result: 'boolean',
    doc: 'True if the function gives true for at least one item.',
    example: ['[1, 2].some(x => x > 1)', true],
    run: (use, self, f) => firstIndex(use, self, f) !== -1,
  }),
  list({
    name: 'every',
    params: [req('function', 'function')],
    result: 'boolean',
    doc: 'True if the function gives true for every item; true for an empty list.',
    example: ['[1, 2].every(x => x > 1)', false],
    run: (use, self, f) => {
      use.budget.charge(self.length / 4);
      return self.every((item, i) => f(item, i, self));
    },
  }),
  list({
    name: 'reduce',
    params: [req('function', 'function'), rest('initial', 'any')],
    result: 'any',
    doc: 'One value made from all items: the function gets the value so far and the next item.',
    example: ['[1, 2, 3].reduce((sum, x) => sum + x, 0)', 6],
    run: (use, self, f, initial) => reduced(use, self, f, initial, false),
  }),
  list({
    name: 'reduceRight',
    params: [req('function', 'function'), rest('initial', 'any')],
    result: 'any',
    doc: 'Like reduce, from the last item to the first.',
    example: ["['a', 'b'].reduceRight((all, x) => all + x, '')", 'ba'],
    run: (use, self, f, initial) => reduced(use, self, f, initial, true),
  }),
  list({
    name: 'flatMap',
    params: [req('function', 'function')],
    result: 'list',
    doc: 'Like map, and lists that the function gives are joined into one.',
    example: ['[1, 2].flatMap(x => [x, x * 10])', [1, 10, 2, 20]],
    run: (use, self, f) => {
      use.budget.charge(self.length);
      return flatten(
        use,
        self.map((item, i) => f(item, i, self)),
        1,
        [],
        0,
      );
    },
  }),
  list({
    name: 'flat',
    params: [opt('depth', 'number')],
    result: 'list',
    doc: 'Joins the lists inside the list into one, one level deep unless said.',
    example: ['[1, [2, [3]]].flat()', [1, 2, [3]]],
    run: (use, self, depth = 1) => flatten(use, self, depth, [], 0),
  }),
  list({
    name: 'slice',
    params: [opt('from', 'number'), opt('to', 'number')],
    result: 'list',
    keeps: 'part',
    doc: 'The items from one index up to, not including, another; negative indexes count from the end.',
    example: ['[1, 2, 3, 4].slice(1, -1)', [2, 3]],
    run: (use, self, from, to) => {
      use.budget.charge(1 + self.length / 16);
      return self.slice(from, to);
    },
  }),
  list({
    name: 'concat',
    params: [rest('more', 'any')],
    result: 'list',
    doc: 'A new list with further items behind; lists given are joined.',
    example: ['[1].concat([2, 3], 4)', [1, 2, 3, 4]],
    run: (use, self, more) => {
      use.budget.charge(4 + self.length / 4);
      const made = self.slice();
      for (const one of more) {
        if (!Array.isArray(one)) made.push(one);
        else {
          use.budget.charge(one.length / 2);
          for (const item of one) made.push(item);
        }
      }
      return made;
    },
  }),
  list({
    name: 'join',
    params: [opt('separator', 'text')],
    result: 'text',
    doc: 'All items as one text, with the separator between them (a comma unless said).',
    example: ["['a', 'b'].join(', ')", 'a, b'],
    run: (use, self, separator = ',') => joinList(self, separator, use.budget, use.site),
  }),
  list({
    name: 'includes',
    params: [req('value', 'any'), opt('from', 'number')],
    result: 'boolean',
    doc: 'True if the list holds the value.',
    example: ["['a', 'b'].includes('b')", true],
    run: (use, self, value, from) => {
      finder(use, self, value);
      return self.includes(value, from);
    },
  }),
  list({
    name: 'indexOf',
    params: [req('value', 'any'), opt('from', 'number')],
    result: 'number',
    doc: 'The index of the first item that is the value, or -1.',
    example: ["['a', 'b', 'a'].indexOf('a')", 0],
    run: (use, self, value, from) => {
      finder(use, self, value);
      return self.indexOf(value, from);
    },
  }),
  list({
    name: 'lastIndexOf',
    params: [req('value', 'any')],
    result: 'number',
    doc: 'The index of the last item that is the value, or -1.',
    example: ["['a', 'b', 'a'].lastIndexOf('a')", 2],
    run: (use, self, value) => {
      finder(use, self, value);
      return self.findLastIndex((item) => same(item, value, use.budget));
    },
  }),
  list({
    name: 'at',
    params: [req('index', 'number')],
    result: 'any',
    keeps: 'part',
    doc: 'The item at an index; negative indexes count from the end.',
    example: ['[1, 2, 3].at(-1)', 3],
    run: (_use, self, at) => self.at(at),
  }),
  list({
    name: 'with',
    params: [req('index', 'number'), req('value', 'any')],
    result: 'list',
    doc: 'A new list with another value at one index.',
    example: ["['a', 'b'].with(1, 'c')", ['a', 'c']],
    run: (use, self, at, value) => {
      use.budget.charge(1 + self.length / 16);
      const place = Math.trunc(at) || 0;
      if (place >= self.length || place < -self.length)
        return fail(use.site, 'expr.value', 'The list has no such index');
      return self.with(place, value);
    },
  }),
  list({
    name: 'sort',
    params: [opt('compare', 'function')],
    result: 'list',
    keeps: 'part',
    doc: 'A new list in order: by the function, which gives a number below 0 when its first argument comes first, or else as texts.',
    example: ['[10, 9, 1].sort((a, b) => a - b)', [1, 9, 10]],
    run: sorted,
  }),
  list({
    name: 'toSorted',
    params: [opt('compare', 'function')],
    result: 'list',
    keeps: 'part',
    doc: 'The same as sort.',
    example: ["['b', 'a'].toSorted()", ['a', 'b']],
    run: sorted,
  }),
  list({
    name: 'reverse',
    params: [],
    result: 'list',
    keeps: 'part',
    doc: 'A new list with the items in the opposite order.',
    example: ['[1, 2, 3].reverse()', [3, 2, 1]],
    run: (use, self) => {
      use.budget.charge(1 + self.length / 8);
      return self.toReversed();
    },
  }),
  list({
    name: 'toReversed',
    params: [],
    result: 'list',
    keeps: 'part',
    doc: 'The same as reverse.',
    example: ['[1, 2].toReversed()', [2, 1]],
    run: (use, self) => {
      use.budget.charge(1 + self.length / 8);
      return self.toReversed();
    },
  }),
  list({
    name: 'toSpliced',
    params: [req('start', 'number'), opt('remove', 'number'), rest('add', 'any')],
    result: 'list',
    doc: 'A new list from which items are left out at an index, and others put in their place.',
    example: ["['a', 'b', 'c'].toSpliced(1, 1, 'x', 'y')", ['a', 'x', 'y', 'c']],
    run: (use, self, start, remove, add) => {
      use.budget.charge(1 + (self.length + add.length) / 4);
      const from = index(start, self.length, 0);
      const gone = remove === undefined ? self.length - from : Math.max(0, Math.trunc(remove) || 0);
      return [...self.slice(0, from), ...add, ...self.slice(from + gone)];
    },
  }),
  list({
    name: 'entries',
    params: [],
    result: 'list',
    doc: 'The list of [index, item] pairs.',
    example: [
      "['a', 'b'].entries()",
      [
        [0, 'a'],
        [1, 'b'],
      ],
    ],
    run: (use, self) => {
      use.budget.charge(1 + self.length * 2);
      return self.map((item, i) => [i, item]);
    },
  }),
  list({
    name: 'toString',
    params: [],
    result: 'text',
    doc: 'All items as one text, with commas between them.',
    example: ['[1, [2, 3]].toString()', '1,2,3'],
    run: (use, self) => joinList(self, ',', use.budget, use.site),
  }),
];
