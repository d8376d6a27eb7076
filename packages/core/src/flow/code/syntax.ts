/**
 * From the text of a module to its tree, and how to walk it. Executes nothing.
 *
 * Parsing recurses, so running out of stack is a Problem like any other mistake of the text.
 */

import { type AnyNode, parse, type Position, type Program } from 'acorn';
import { bad, good, problem, type Result } from '../../problem.ts';

/** A place in a text: both from 1, the column in UTF-16 units. */
export type Spot = { readonly line: number; readonly column: number };

/** acorn counts columns from 0. */
export const spotOf = (of: AnyNode | Position | undefined): Spot => {
  const start = of === undefined ? undefined : 'line' in of ? of : of.loc?.start;
  return { line: start?.line ?? 1, column: (start?.column ?? 0) + 1 };
};

type Misread = { readonly loc?: Position; readonly message?: string };

/** Parses an ES module. Code: `code.syntax`, at line and column. */
export const parseModule = (text: string): Result<Program> => {
  try {
    return good(parse(text, { ecmaVersion: 'latest', sourceType: 'module', locations: true, allowHashBang: false }));
  } catch (error) {
    const { loc, message = '' } = error as Misread;
    if (loc === undefined)
      return bad(
        problem('code.syntax', 'The code is nested too deeply to be read', {
          at: { line: 1, column: 1 },
          fix: 'Split it into functions.',
        }),
      );
    const what = message.replace(/ \(\d+:\d+\)$/, '');
    return bad(
      problem('code.syntax', `The code cannot be read: ${what}`, {
        at: spotOf(loc),
        fix: 'Mend the code at this place.',
      }),
    );
  }
};

const isNode = (value: unknown): value is AnyNode =>
  typeof value === 'object' && value !== null && typeof Reflect.get(value, 'type') === 'string';

/** What lies in a node, in the order of the text. */
export const childrenOf = (node: AnyNode): readonly AnyNode[] =>
  Object.values(node).flatMap((value: unknown) =>
    Array.isArray(value) ? value.filter(isNode) : isNode(value) ? [value] : [],
  );

/** Visits a tree, each node before what lies in it; it keeps its own stack, so depth costs nothing. */
export const walk = (root: AnyNode, visit: (node: AnyNode) => void): void => {
  const open: AnyNode[] = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    visit(node);
    const inner = childrenOf(node);
    for (let i = inner.length - 1; i >= 0; i--) {
      const child = inner[i];
      if (child !== undefined) open.push(child);
    }
  }
};
