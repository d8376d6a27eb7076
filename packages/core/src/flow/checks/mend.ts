/**
 * What a refused document most likely meant: a flow of the right types, made from one with mistakes of form, so that
 * `check` can say at once what else is wrong with it. It is for looking at, never for running.
 *
 * MD1 A misspelt field is read as the one it is near to; another unknown field is left out; a setting that nothing else
 *     hangs on is left out when its value is wrong.
 * MD2 Anything else is not guessed at: a guess would make `check` report what the author never wrote.
 */

import type { z } from 'zod';
import { fieldsAt } from '../fields.ts';
import { agentWith, eachWith, flowSchema, LOOKS, repeatWith, type Flow } from '../model.ts';
import { isObject, valueAt, type Path } from '../path.ts';
import { suggester, type Suggester } from '../suggest.ts';

type Issue = z.core.$ZodIssue;
type Found = { readonly issue: Issue; readonly schema: z.ZodType; readonly base: Path };

/** Each round can bring to light what the one before covered up; a document needs two or three. */
const ROUNDS = 8;

const BLOCK_WITH: ReadonlyMap<unknown, z.ZodType> = new Map<unknown, z.ZodType>([
  ['each@1', eachWith],
  ['repeat@1', repeatWith],
  ['agent@1', agentWith],
]);

/** Fields that may be left out without making others look wrong. */
const FLOW_APART: ReadonlySet<unknown> = new Set(['description', 'input', 'triggers', 'settings', ...LOOKS]);
const STEP_APART: ReadonlySet<unknown> = new Set(['name', 'note', 'retry', 'timeout', 'disabled', 'narrow']);
const BLOCK_APART: ReadonlySet<unknown> = new Set(['concurrency', 'onItem']);

/** The flow that a document of wrong form most likely meant; undefined when that cannot be told. `value` is not changed. */
export const mend = (value: unknown): Flow | undefined => {
  const copy: unknown = JSON.parse(JSON.stringify(value));
  if (!isObject(copy)) return undefined;
  const suggest = suggester();
  for (let round = 0; round < ROUNDS; round += 1) {
    const found = issuesOf(copy).filter((one) => !bearable(one.issue));
    if (found.length === 0) return copy as unknown as Flow; // parse boundary: of the types that the schema wants
    for (const one of found) if (!mendOne(copy, one, suggest)) return undefined;
  }
  return undefined;
};

const issuesOf = (root: Record<string, unknown>): Found[] => {
  const found: Found[] = [];
  const judge = (schema: z.ZodType, value: unknown, base: Path): void => {
    const answer = schema.safeParse(value);
    if (!answer.success) for (const issue of answer.error.issues) found.push({ issue, schema, base });
  };
  judge(flowSchema, root, []);
  const open: { readonly steps: unknown; readonly path: Path }[] = [{ steps: root['steps'], path: ['steps'] }];
  for (let list = open.pop(); list !== undefined; list = open.pop()) {
    if (!Array.isArray(list.steps)) continue;
    for (const [i, step] of list.steps.entries()) {
      if (!isObject(step)) continue;
      const schema = BLOCK_WITH.get(step['kind']);
      if (schema === undefined || !isObject(step['with'])) continue;
      const path = [...list.path, i, 'with'];
      judge(schema, step['with'], path);
      open.push({ steps: step['with']['steps'], path: [...path, 'steps'] });
    }
  }
  return found;
};

/** The value has the right type, so that `check` can look at it as it is. */
const bearable = ({ code }: Issue): boolean =>
  code === 'invalid_format' || code === 'too_small' || code === 'too_big' || code === 'not_multiple_of';

const mendOne = (root: Record<string, unknown>, { issue, schema, base }: Found, suggest: Suggester): boolean => {
  const path = [...base, ...issue.path];
  if (issue.code === 'unrecognized_keys') {
    const holder = valueAt(root, path);
    if (!isObject(holder)) return true;
    for (const key of issue.keys) rename(holder, key, fieldsAt(schema, issue.path), suggest);
    return true;
  }
  const value = valueAt(root, path);
  if (issue.code === 'invalid_value' && typeof value === 'string') {
    const near = suggest(value, issue.values.map(String));
    if (near !== undefined) return put(root, path, near);
  }
  const field = path[path.length - 1];
  if (field === 'after' && typeof value === 'string') return put(root, path, [value]);
  if (path.length === 1 && field === 'headgate') return put(root, path, 1);
  if (path.length === 1 && field === 'name') return put(root, path, 'flow');
  return leaveOut(root, path);
};

/** A misspelt field takes its own name, when that is still free. */
const rename = (holder: Record<string, unknown>, key: string, known: readonly string[], suggest: Suggester): void => {
  const near = suggest(
    key,
    known.filter((name) => !Object.hasOwn(holder, name)),
  );
  if (near !== undefined) holder[near] = holder[key];
  delete holder[key];
};

/** Leaves out the setting that a path lies in, when nothing else hangs on it. */
const leaveOut = (root: Record<string, unknown>, path: Path): boolean => {
  const step = path.findLastIndex(
    (part, i) => typeof part === 'number' && path[i - 1] === 'steps' && (i === 1 || path[i - 2] === 'with'),
  );
  const [first, second] = path.slice(step + 1);
  if (step === -1) {
    if (!FLOW_APART.has(first)) return false;
    return remove(root, first === 'settings' && second !== undefined ? [first, second] : path.slice(0, 1));
  }
  if (STEP_APART.has(first)) return remove(root, path.slice(0, step + 2));
  return first === 'with' && BLOCK_APART.has(second) && remove(root, path.slice(0, step + 3));
};

const remove = (root: Record<string, unknown>, path: Path): boolean => {
  const holder = valueAt(root, path.slice(0, -1));
  const key = path[path.length - 1];
  // What is not there cannot be left out: it is missing, and that is not to be mended.
  return isObject(holder) && typeof key === 'string' && Object.hasOwn(holder, key) && delete holder[key];
};

const put = (root: Record<string, unknown>, path: Path, value: unknown): boolean => {
  const holder = valueAt(root, path.slice(0, -1));
  return typeof holder === 'object' && holder !== null && Reflect.set(holder, path[path.length - 1] ?? '', value);
};
