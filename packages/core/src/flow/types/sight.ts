/**
 * What the code of a step can see, as schemas: its input, and the results of the steps before it. From this the types for
 * editors are printed (typescript.ts, python.ts).
 *
 * TY1 Not knowing is the default: what no schema tells is `{}`, anything.
 * TY2 A step that may have been skipped when this one runs may be null.
 */

import { z } from 'zod';
import type { Catalog } from '../../step/define.ts';
import { isBlock } from '../blocks.ts';
import { codeOf } from '../checks/code.ts';
import { plainReference } from '../checks/expressions.ts';
import { secretsShown } from '../code/secrets.ts';
import { graphOf, type Node } from '../graph.ts';
import { type Flow, PROBLEM_PORT } from '../model.ts';
import { isObject } from '../path.ts';

/** The part of JSON Schema that is understood. */
export type Schema = { readonly [key: string]: unknown };

export type Sight = {
  readonly flow: string;
  readonly step: string;
  readonly input: Schema;
  /** By step, in the order of the file. */
  readonly steps: ReadonlyMap<string, Schema>;
  /** Is it inside a block, or does it carry `each`? Then there are `item` and `index`. */
  readonly items: boolean;
  /** Words of the powers it was lent. */
  readonly lent: ReadonlySet<string>;
  /** Names of the secrets that its code asks to see. */
  readonly shown: readonly string[];
};

const ANY: Schema = {};

/** What a step sees; undefined when the flow has no such step. */
export const sightOf = (flow: Flow, step: string, catalog: Catalog, lent: ReadonlySet<string>): Sight | undefined => {
  const graph = graphOf(flow);
  const node = graph.byId.get(step);
  if (node === undefined) return undefined;
  const results = new Map<string, Schema>();
  for (const one of graph.nodes) {
    if (graph.byId.get(one.id) !== one || !graph.upstream(one, node)) continue;
    const result = resultOf(one, catalog);
    results.set(one.id, isCertain(one, node) ? result : orNull(result));
  }
  const seen = (keys: readonly string[]): Schema => {
    const [root, id, ...rest] = keys;
    if (root === 'input') return partOf(flow.input ?? ANY, keys.slice(1));
    return root === 'steps' && id !== undefined ? partOf(results.get(id) ?? ANY, rest) : ANY;
  };
  const written = node.step.with?.['input'];
  return {
    flow: flow.name,
    step,
    input: written === undefined ? { type: 'null' } : schemaOf(written, seen),
    steps: results,
    items: node.step.each !== undefined || node.level.block !== null,
    lent,
    shown: secretsShown(codeOf(node.step)?.source ?? ''),
  };
};

const resultOf = ({ step }: Node, catalog: Catalog): Schema => {
  const single = (): Schema => {
    if (isBlock(step)) return step.kind === 'each@1' ? { type: 'array', items: ANY } : ANY;
    if (step.kind === 'set@1') return schemaOf(step.with?.['value'], () => ANY);
    const kind = catalog.step(step.kind);
    return kind === undefined ? ANY : z.toJSONSchema(kind.output, { unrepresentable: 'any', io: 'output' });
  };
  return step.each === undefined ? single() : { type: 'array', items: single() };
};

const orNull = (schema: Schema): Schema =>
  Object.keys(schema).length === 0 ? schema : { anyOf: [schema, { type: 'null' }] };

/** Levels of more steps are not followed: each of them then may have been skipped. */
const MOST_FOLLOWED = 1_000;

/** Is the step done whenever the other one, which stands downstream of it or inside a block that does, runs? */
const isCertain = (of: Node, runs: Node): boolean => {
  if (of.level.nodes.length > MOST_FOLLOWED || !gives(of, null)) return false;
  const sure = new Set([of]);
  const holds = ({ from, port }: Node['entries'][number]): boolean => sure.has(from) && gives(from, port);
  for (const node of of.level.order) {
    const all = (node.step.join ?? 'all') === 'all';
    const { entries } = node;
    if (entries.length > 0 && (all ? entries.some(holds) : entries.every(holds))) sure.add(node);
  }
  let at: Node | null = runs;
  while (at !== null && at.level !== of.level) at = at.level.block;
  return at !== null && sure.has(at);
};

/** Has it a result when this port fired? */
const gives = ({ step }: Node, port: string | null): boolean =>
  port !== PROBLEM_PORT && step.onProblem !== 'continue' && step.disabled !== true;

/** The schema of a value as written in a flow. */
const schemaOf = (value: unknown, seen: (keys: readonly string[]) => Schema, depth = 0): Schema => {
  if (depth > 12) return ANY;
  if (typeof value === 'string') {
    if (!value.includes('{{')) return { type: 'string' };
    const keys = /^\s*\{\{\s*input\s*\}\}\s*$/.test(value) ? ['input'] : plainReference(value);
    return keys === undefined ? (/^\{\{[^]*\}\}$/.test(value) ? ANY : { type: 'string' }) : seen(keys);
  }
  if (value === null) return { type: 'null' };
  if (typeof value === 'number' || typeof value === 'boolean') return { type: typeof value };
  if (Array.isArray(value)) {
    const items = value.map((one) => schemaOf(one, seen, depth + 1));
    return { type: 'array', items: items.length === 0 ? ANY : { anyOf: items } };
  }
  if (!isObject(value)) return ANY;
  return {
    type: 'object',
    properties: Object.fromEntries(Object.entries(value).map(([key, one]) => [key, schemaOf(one, seen, depth + 1)])),
    required: Object.keys(value),
    additionalProperties: false,
  };
};

/** The schema of a part; anything, where the way there is not plain. */
const partOf = (schema: Schema, path: readonly string[]): Schema => {
  let here: unknown = schema;
  for (const key of path) {
    const fields = isObject(here) ? here['properties'] : undefined;
    here = isObject(fields) && Object.hasOwn(fields, key) ? fields[key] : undefined;
  }
  return isObject(here) ? here : ANY;
};

/** The alternatives of a schema: of `anyOf`, `oneOf` and a list of types, each with what it says. */
export const alternatives = (schema: unknown): readonly Schema[] => {
  if (!isObject(schema)) return [ANY];
  for (const key of ['anyOf', 'oneOf']) {
    const inner = schema[key];
    if (Array.isArray(inner)) return inner.flatMap(alternatives);
  }
  const { type } = schema;
  return Array.isArray(type) ? type.map((one: unknown) => ({ ...schema, type: one })) : [schema];
};

/** The literal values a schema lists, if it does. */
export const literalsOf = (schema: Schema): readonly (string | number | boolean | null)[] | undefined => {
  const listed: unknown = 'const' in schema ? [schema['const']] : schema['enum'];
  const plain = (one: unknown): one is string | number | boolean | null =>
    one === null || ['string', 'number', 'boolean'].includes(typeof one);
  return Array.isArray(listed) && listed.every(plain) ? listed : undefined;
};

export type Field = { readonly name: string; readonly schema: unknown; readonly required: boolean };

/** The fields of an object, and whether it has no others. */
export const fieldsOf = (schema: Schema): { readonly fields: readonly Field[]; readonly closed: boolean } => {
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  const required: ReadonlySet<unknown> = new Set(Array.isArray(schema['required']) ? schema['required'] : []);
  return {
    fields: Object.entries(properties).map(([name, one]) => ({ name, schema: one, required: required.has(name) })),
    closed: schema['additionalProperties'] === false,
  };
};
