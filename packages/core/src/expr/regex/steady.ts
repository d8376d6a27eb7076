/**
 * Whether a regex, looking for one match after another, never looks far beyond the match it finds.
 *
 * A single search is linear, but a search for all matches starts again behind each one, and a regex
 * like `a(?:.*b)?` reads to the end of the text for every `a`. Where that cannot happen (a steady
 * regex) only the text up to each match is charged; otherwise each search is charged to the end of
 * the text. Saying "not steady" is always safe.
 *
 * Two shapes are steady. Tail: all that repeats without end stands at the end, where each further
 * round is a match already, so a reading that fails has failed early; a choice between tails is one
 * too. Flat: single characters in a row, in which no repetition could also be read as what follows it,
 * or is lazy: then a reading that began earlier is never behind one that began later, and cannot go on
 * where the later one has matched.
 */
import { complement, type Node, type Range } from './syntax.ts';

/** ASCII, and one place for everything else. */
type Letters = Uint8Array;
const OTHER = 128;

const lettersOf = (all: readonly Range[], ignoreCase: boolean): Letters => {
  const made = new Uint8Array(OTHER + 1);
  for (const [from, to] of all) {
    if (to >= OTHER) made[OTHER] = 1;
    made.fill(1, Math.min(from, OTHER), Math.min(to + 1, OTHER));
  }
  if (!ignoreCase) return made;
  for (let upper = 65; upper <= 90; upper += 1) {
    const either = made[upper] === 1 || made[upper + 32] === 1;
    if (either) made[upper] = made[upper + 32] = made[OTHER] = 1;
  }
  return made;
};

const everything = (): Letters => new Uint8Array(OTHER + 1).fill(1);

const setLetters = (node: Extract<Node, { type: 'set' }>, ignoreCase: boolean): Letters =>
  node.properties.length > 0 || (ignoreCase && node.not)
    ? everything()
    : lettersOf(node.not ? complement(node.ranges) : node.ranges, ignoreCase);

const disjoint = (a: Letters, b: Letters): boolean => a.every((has, i) => has === 0 || b[i] === 0);

const join = (a: Letters, b: Letters): Letters => a.map((has, i) => has | (b[i] ?? 0));

const nullable = (node: Node): boolean => {
  switch (node.type) {
    case 'set':
      return false;
    case 'assert':
      return true;
    case 'sequence':
      return node.items.every(nullable);
    case 'either':
      return node.options.some(nullable);
    case 'group':
      return nullable(node.inner);
    case 'repeat':
      return node.min === 0 || nullable(node.inner);
  }
};

/** The characters a match of the node can begin with. */
const first = (node: Node, ignoreCase: boolean): Letters => {
  switch (node.type) {
    case 'set':
      return setLetters(node, ignoreCase);
    case 'assert':
      return new Uint8Array(OTHER + 1);
    case 'sequence':
      return firstOf(node.items, ignoreCase);
    case 'either':
      return node.options.map((option) => first(option, ignoreCase)).reduce(join);
    case 'group':
    case 'repeat':
      return first(node.inner, ignoreCase);
  }
};

const firstOf = (items: readonly Node[], ignoreCase: boolean): Letters => {
  let made: Letters = new Uint8Array(OTHER + 1);
  for (const item of items) {
    made = join(made, first(item, ignoreCase));
    if (!nullable(item)) break;
  }
  return made;
};

const bounded = (node: Node): boolean => {
  switch (node.type) {
    case 'set':
    case 'assert':
      return true;
    case 'sequence':
      return node.items.every(bounded);
    case 'either':
      return node.options.every(bounded);
    case 'group':
      return bounded(node.inner);
    case 'repeat':
      return node.max !== Number.POSITIVE_INFINITY && bounded(node.inner);
  }
};

/** The items of a sequence, with plain groups opened. */
const flat = (node: Node): Node[] => {
  if (node.type === 'group') return flat(node.inner);
  return node.type === 'sequence' ? node.items.flatMap(flat) : [node];
};

const only = (node: Node): Node => (node.type === 'group' ? only(node.inner) : node);

const word: Letters = lettersOf(
  [
    [48, 57],
    [65, 90],
    [95, 95],
    [97, 122],
  ],
  false,
);

const isWord = (node: Node | undefined, ignoreCase: boolean): boolean => {
  const inner = node === undefined ? undefined : only(node.type === 'repeat' ? node.inner : node);
  if (inner?.type !== 'set') return false;
  return setLetters(inner, ignoreCase).every((has, i) => has === 0 || word[i] === 1);
};

/** A word boundary behind word characters ends where they end; it changes nothing. */
const withoutLastBoundary = (items: readonly Node[], ignoreCase: boolean): readonly Node[] => {
  const last = items.at(-1);
  return last?.type === 'assert' && last.at === '\\b' && isWord(items.at(-2), ignoreCase) ? items.slice(0, -1) : items;
};

const isTail = (items: readonly Node[]): boolean => {
  const start = items.findIndex((item) => !bounded(item));
  if (start === -1) return true;
  return items.slice(start).every((item, i) => {
    if (item.type === 'assert') return false;
    const loops = item.type === 'repeat' && bounded(item.inner) && !asserts(item.inner);
    return (i === 0 || nullable(item)) && (loops || (bounded(item) && !asserts(item)));
  });
};

const asserts = (node: Node): boolean => {
  switch (node.type) {
    case 'set':
      return false;
    case 'assert':
      return true;
    case 'sequence':
      return node.items.some(asserts);
    case 'either':
      return node.options.some(asserts);
    case 'group':
    case 'repeat':
      return asserts(node.inner);
  }
};

const isFlat = (items: readonly Node[], ignoreCase: boolean): boolean => {
  let looped = false;
  for (const [i, item] of items.entries()) {
    if (item.type === 'set') continue;
    if (item.type === 'assert') {
      if (looped) return false;
      continue;
    }
    if (item.type !== 'repeat') return false;
    const inner = only(item.inner);
    if (inner.type !== 'set') return false;
    looped ||= item.max === Number.POSITIVE_INFINITY;
    const after = items.slice(i + 1);
    if (item.lazy || after.every(nullable)) continue;
    if (!disjoint(setLetters(inner, ignoreCase), firstOf(after, ignoreCase))) return false;
  }
  return true;
};

export const isSteady = (node: Node, ignoreCase: boolean): boolean => {
  const open = only(node);
  if (bounded(open)) return true;
  if (open.type === 'either') return open.options.every((option) => isTail(flat(option)));
  const items = withoutLastBoundary(flat(open), ignoreCase);
  return isTail(items) || isFlat(items, ignoreCase);
};
