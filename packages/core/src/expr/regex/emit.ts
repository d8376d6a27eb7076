/**
 * Writes a regex tree in the engine's syntax, and counts its instructions before the engine builds
 * them, so that `(?:a{1000}){1000}` is refused and not built.
 */
import { complement, LAST_CODE, Refused, type Node, type Range } from './syntax.ts';

const MOST_INSTRUCTIONS = 400;

const code = (at: number): string => `\\x{${at.toString(16)}}`;

const ranges = (all: readonly Range[]): string =>
  all.map(([from, to]) => (from === to ? code(from) : `${code(from)}-${code(to)}`)).join('');

const letters = /^[A-Za-z0-9 _]$/;

type Set = Extract<Node, { type: 'set' }>;

/** A set of more characters than this is not folded by the engine, which would look at each of them. */
const WIDE = 1000;

const isWide = (node: Set): boolean =>
  !node.not && node.ranges.reduce((sum, [from, to]) => sum + to - from + 1, 0) > WIDE;

/** The ranges with the other case of their ASCII letters. */
const folded = (all: readonly Range[]): Range[] => [
  ...all,
  ...all
    .flatMap(([from, to]): Range[] => [
      [Math.max(from, 65) + 32, Math.min(to, 90) + 32],
      [Math.max(from, 97) - 32, Math.min(to, 122) - 32],
    ])
    .filter(([from, to]) => from <= to),
];

const setText = (node: Set, ignoreCase: boolean): string => {
  if (ignoreCase && isWide(node)) return `(?-i:[${ranges(folded(node.ranges))}])`;
  const [first] = node.ranges;
  if (
    !node.not &&
    node.properties.length === 0 &&
    node.ranges.length === 1 &&
    first !== undefined &&
    first[0] === first[1]
  ) {
    const character = String.fromCodePoint(first[0]);
    return letters.test(character) ? character : code(first[0]);
  }
  if (node.ranges.length === 0 && node.properties.length === 0) return node.not ? anything : nothing;
  if (node.not && node.properties.length === 0 && complement(node.ranges).length === 0) return nothing;
  return `[${node.not ? '^' : ''}${ranges(node.ranges)}${node.properties.join('')}]`;
};

const anything = `[${code(0)}-${code(LAST_CODE)}]`;
const nothing = `[^${code(0)}-${code(LAST_CODE)}]`;

const mark = (min: number, max: number): string => {
  if (min === 0 && max === Number.POSITIVE_INFINITY) return '*';
  if (min === 1 && max === Number.POSITIVE_INFINITY) return '+';
  if (min === 0 && max === 1) return '?';
  return max === Number.POSITIVE_INFINITY ? `{${min},}` : max === min ? `{${min}}` : `{${min},${max}}`;
};

/** The regex as the engine takes it. */
export const emit = (node: Node, ignoreCase: boolean): string => {
  const inside = (inner: Node): string => emit(inner, ignoreCase);
  switch (node.type) {
    case 'set':
      return setText(node, ignoreCase);
    case 'assert':
      return node.at;
    case 'sequence':
      return node.items.map(inside).join('') || '(?:)';
    case 'either':
      return `(?:${node.options.map(inside).join('|')})`;
    case 'group':
      return `(${node.captures ? (node.name === undefined ? '' : `?P<${node.name}>`) : '?:'}${inside(node.inner)})`;
    case 'repeat':
      // A repeat of a repeat needs a group between, or the engine reads one mark.
      return `(?:${inside(node.inner)})${mark(node.min, node.max)}${node.lazy ? '?' : ''}`;
  }
};

/** Instructions the engine will need, roughly; throws Refused above the most. */
export const sizeOf = (node: Node): number => {
  const size = count(node);
  if (size > MOST_INSTRUCTIONS) throw new Refused('This regex is too large once its counts are written out');
  return size;
};

const count = (node: Node): number => {
  switch (node.type) {
    case 'set':
      return 1 + node.properties.length * 20;
    case 'assert':
      return 1;
    case 'sequence':
      return node.items.reduce((sum, item) => sum + count(item), 1);
    case 'either':
      return node.options.reduce((sum, option) => sum + count(option) + 1, 0);
    case 'group':
      return count(node.inner) + 2;
    case 'repeat': {
      const times = node.max === Number.POSITIVE_INFINITY ? node.min + 1 : Math.max(1, node.max);
      return (count(node.inner) + 1) * times;
    }
  }
};
