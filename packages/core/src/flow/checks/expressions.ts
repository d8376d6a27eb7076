/** Finding the expressions of a flow: every text with `{{` in it, with its path and what may be seen from there. */

import type { Node } from '../graph.ts';
import type { Path } from '../path.ts';

/** Where an expression stands. */
export type View =
  /** In a field of a step: it sees what is upstream. `items`: item and index are there. `self`: its own problem is. */
  | { readonly kind: 'step'; readonly node: Node; readonly items: boolean; readonly self?: true }
  /** At the end of an item or turn of a block: it sees the steps inside and what is upstream of the block. */
  | { readonly kind: 'block'; readonly node: Node }
  /** In the output of the flow: it sees every step of the flow itself. */
  | { readonly kind: 'output' }
  /** In the settings: before anything has run. */
  | { readonly kind: 'settings' }
  /** In the settings of a trigger: before there is an input. */
  | { readonly kind: 'trigger' };

export type Leaf = { readonly text: string; readonly path: Path };

/** All texts in a value that hold expressions; `skip` leaves out parts that are looked at elsewhere. */
export const leavesOf = (value: unknown, path: Path, skip: (path: Path) => boolean = () => false): readonly Leaf[] => {
  const found: Leaf[] = [];
  const walk = (part: unknown, at: Path): void => {
    if (skip(at)) return;
    if (typeof part === 'string') {
      if (part.includes('{{')) found.push({ text: part, path: at });
    } else if (typeof part === 'object' && part !== null) {
      if (Array.isArray(part)) for (const [i, item] of part.entries()) walk(item, [...at, i]);
      else for (const [key, member] of Object.entries(part)) walk(member, [...at, key]);
    }
  };
  walk(value, path);
  return found;
};

/** Does a path fit a dotted pattern of `StepKind.perItem`, or lie below it? `*` stands for one level. */
export const fits = (path: Path, pattern: readonly string[]): boolean =>
  path.length >= pattern.length && pattern.every((part, i) => part === '*' || part === String(path[i]));

/** The values a dotted pattern stands for, with their paths. */
export const partsAt = (
  value: unknown,
  pattern: readonly string[],
  path: Path,
): readonly { readonly value: unknown; readonly path: Path }[] => {
  const [head, ...rest] = pattern;
  if (head === undefined) return [{ value, path }];
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return head === '*' ? value.flatMap((item, i) => partsAt(item, rest, [...path, i])) : [];
  const keys = head === '*' ? Object.keys(value) : Object.hasOwn(value, head) ? [head] : [];
  return keys.flatMap((key) => partsAt(Reflect.get(value, key), rest, [...path, key]));
};

/** A text that is one plain reference and nothing else, so that its type is that of what it names: root and keys. */
export const plainReference = (text: string): readonly string[] | undefined => {
  const inner = /^\s*\{\{\s*([A-Za-z_][\w$]*(?:\.[A-Za-z_$][\w$]*)+)\s*\}\}\s*$/.exec(text)?.[1];
  return inner?.split('.');
};
