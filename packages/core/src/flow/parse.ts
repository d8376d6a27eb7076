/**
 * From the text of a flow file to a Flow, or to every Problem of its form at once.
 *
 * It judges the form alone: whether kinds exist, wires lead somewhere and references can be met is check.ts's to say.
 *
 * PA1 What comes out is closed at every level of the flow file, the steps inside blocks included.
 * PA2 Steps are counted before anything else is looked at, so that a graph bomb is refused at once (attack row DOS-07).
 */

import type { z } from 'zod';
import { problem, type Place, type Problem } from '../problem.ts';
import { judge } from './explain.ts';
import { scanJson, type JsonLimits } from './text/json.ts';
import { agentWith, eachWith, flowSchema, repeatWith, type Flow } from './model.ts';
import { fieldPath, isObject, valueAt, type Path } from './path.ts';
import { suggester, type Suggester } from './suggest.ts';

export type Parsed =
  | { readonly ok: true; readonly flow: Flow }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** Steps of one flow at most, blocks included. */
export const MAX_STEPS = 10_000;
/** Blocks within blocks at most. */
export const MAX_NESTING = 8;
const MOST_PROBLEMS = 1_000;

/** Reads a flow file's text. Problems of keys and of form come together; a breach of JSON's grammar comes alone. */
export const parseFlow = (text: string, limits: JsonLimits = {}): Parsed => {
  const read = scanJson(text, limits);
  if (read.value === undefined) return { ok: false, problems: read.problems };
  const parsed = readFlow(read.value);
  if (read.problems.length === 0) return parsed;
  return { ok: false, problems: atMost([...read.problems, ...(parsed.ok ? [] : parsed.problems)]) };
};

/** Judges a value that is already JSON data (the draft in a request body) as a flow file. */
export const readFlow = (value: unknown): Parsed => {
  const bomb = tooMany(value);
  if (bomb !== undefined) return { ok: false, problems: [bomb] };
  const suggest = suggester();
  const outer = judge({ schema: flowSchema, value, place: (path) => placeOf(value, [], path), suggest });
  const inner: Problem[] = [];
  for (const { step, path } of blocksOf(value)) inner.push(...blockProblems(value, step, path, suggest));
  const problems = [...outer.problems, ...inner];
  return problems.length > 0 ? { ok: false, problems: atMost(problems) } : { ok: true, flow: made(value) };
};

/** The one parse boundary: judged just before, by the same schemas the type is inferred from. */
const made = (value: unknown): Flow => value as Flow;

/** The first thousand Problems, and one that says how many more there are. */
export const atMost = (problems: readonly Problem[], most = MOST_PROBLEMS): readonly Problem[] =>
  problems.length <= most
    ? problems
    : [
        ...problems.slice(0, most),
        problem('problems.more', `${problems.length - most} more problems are not shown`, {
          fix: 'Solve the first ones and check again.',
        }),
      ];

type Found = { readonly step: Record<string, unknown>; readonly path: Path };

/** The schema of a block's `with`, by kind. */
const BLOCK_WITH: ReadonlyMap<unknown, z.ZodType> = new Map<unknown, z.ZodType>([
  ['each@1', eachWith],
  ['repeat@1', repeatWith],
  ['agent@1', agentWith],
]);

/** The lists of steps anywhere in a raw document, the outermost first; deeper than MAX_NESTING is not looked at. */
function* listsOf(
  value: unknown,
): Generator<{ readonly steps: readonly unknown[]; readonly path: Path; readonly nesting: number }> {
  if (!isObject(value) || !Array.isArray(value['steps'])) return;
  const open: { steps: readonly unknown[]; path: Path; nesting: number }[] = [
    { steps: value['steps'], path: ['steps'], nesting: 0 },
  ];
  for (let list = open.pop(); list !== undefined; list = open.pop()) {
    yield list;
    for (const [i, step] of list.steps.entries()) {
      if (!isObject(step) || !BLOCK_WITH.has(step['kind']) || !isObject(step['with'])) continue;
      const inner = step['with']['steps'];
      if (Array.isArray(inner))
        open.push({ steps: inner, path: [...list.path, i, 'with', 'steps'], nesting: list.nesting + 1 });
    }
  }
}

function* blocksOf(value: unknown): Generator<Found> {
  for (const { steps, path } of listsOf(value)) {
    for (const [i, step] of steps.entries())
      if (isObject(step) && BLOCK_WITH.has(step['kind'])) yield { step, path: [...path, i] };
  }
}

const tooMany = (value: unknown): Problem | undefined => {
  let count = 0;
  for (const { steps, nesting, path } of listsOf(value)) {
    count += steps.length;
    if (count > MAX_STEPS) {
      return problem('flow.steps', `expected at most ${MAX_STEPS} steps in a flow, blocks included, got more`, {
        at: { field: 'steps' },
        fix: 'Split the flow and call its parts with flow.call@1.',
      });
    }
    if (nesting > MAX_NESTING) {
      return problem('block.depth', `expected at most ${MAX_NESTING} blocks within each other, got more`, {
        at: placeOf(value, [], path),
        fix: 'Move the inner steps into a flow of their own and call it with flow.call@1.',
      });
    }
  }
  return undefined;
};

/** Problems of what a block holds; its own `with` is judged here, each inner block again on its own turn. */
const blockProblems = (
  root: unknown,
  step: Record<string, unknown>,
  path: Path,
  suggest: Suggester,
): readonly Problem[] => {
  const schema = BLOCK_WITH.get(step['kind']);
  if (schema === undefined) return [];
  const base = [...path, 'with'];
  const value = step['with'] === undefined ? {} : step['with'];
  return isObject(value)
    ? judge({ schema, value, place: (inner) => placeOf(root, base, inner), suggest }).problems
    : [];
};

/** A place by the innermost step on the way that has an id: its id and the path inside it; else the path from the top. */
const placeOf = (root: unknown, base: Path, inner: Path): Place => {
  const path = [...base, ...inner];
  for (let i = path.length - 1; i > 0; i--) {
    if (typeof path[i] !== 'number' || path[i - 1] !== 'steps' || !(i === 1 || path[i - 2] === 'with')) continue;
    const id = valueAt(root, [...path.slice(0, i + 1), 'id']);
    if (typeof id !== 'string' || id === '' || id.length > 63) break;
    const field = fieldPath(path.slice(i + 1));
    return field === '' ? { step: id } : { step: id, field };
  }
  const field = fieldPath(path);
  return field === '' ? {} : { field };
};
