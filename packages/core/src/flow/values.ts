/**
 * Which values of its environment a flow reads: for people who promote a version, and for `promote` to tell what its
 * target lacks. The engine gathers the same while it compiles; nothing here is evaluated.
 */

import { compile } from '../expr/template.ts';
import type { Flow } from './model.ts';
import { isObject } from './path.ts';

export type ValuesRead = {
  /** Names, each once, sorted. */
  readonly names: readonly string[];
  /** It also reads by a name that only running tells, so any value may be meant. */
  readonly any: boolean;
};

/** The source of a code step is no template: it sees no values but those its input hands it. */
const withoutSource = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(withoutSource);
  if (!isObject(value)) return value;
  const code = typeof value['kind'] === 'string' && value['kind'].startsWith('code@');
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => {
      const given = code && name === 'with' && isObject(inner) ? { ...inner, source: null } : inner;
      return [name, withoutSource(given)];
    }),
  );
};

/** The values a flow names, wherever an expression stands. */
export const valuesRead = (flow: Flow): ValuesRead => {
  const { triggers, steps, output, settings } = flow;
  const { compiled } = compile(withoutSource({ triggers, steps, output, settings }));
  const names = new Set<string>();
  let any = false;
  for (const { root, path } of compiled.references) {
    if (root !== 'vars') continue;
    const [name] = path;
    if (name === undefined) any = true;
    else names.add(name);
  }
  return { names: [...names].toSorted(), any };
};
