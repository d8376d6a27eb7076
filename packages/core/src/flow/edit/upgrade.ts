/**
 * Taking a step to a newer version of its kind: an edit that is previewed, done and undone like any other. A flow runs with
 * the versions it names until somebody does this.
 *
 * UP1 Settings that the newer version knows stay as they are; those it does not know go, and the edit names them.
 */

import { bad, good, problem, type Result } from '../../problem.ts';
import type { Flow } from '../model.ts';
import { type Edit, type Owner, together } from './edit.ts';
import { stepIn } from './place.ts';

/** A kind as the catalogue of an engine tells it: `input` is the JSON Schema of `with`. */
export type KindTold = { readonly kind: string; readonly input: unknown };

const split = (kind: string): readonly [name: string, version: number] => {
  const [name = '', version = ''] = kind.split('@');
  return [name, Number(version)];
};

/** The newest version of a kind that is newer than it; null: there is none. */
export const newerKind = <K extends KindTold>(known: readonly K[], kind: string): K | null => {
  const [name, version] = split(kind);
  return known.reduce<K | null>((best, one) => {
    const [other, its] = split(one.kind);
    const least = best === null ? version : split(best.kind)[1];
    return other === name && its > least ? one : best;
  }, null);
};

/** The fields that a closed schema knows; null: it takes any. */
const fieldsOf = (schema: unknown): ReadonlySet<string> | null => {
  if (typeof schema !== 'object' || schema === null) return null;
  const properties: unknown = Reflect.get(schema, 'properties');
  if (typeof properties !== 'object' || properties === null) return null;
  return Reflect.get(schema, 'additionalProperties') === false ? new Set(Object.keys(properties)) : null;
};

/** Takes steps and triggers to other versions of their kinds. */
export const upgradeSteps = (flow: Flow, to: ReadonlyMap<string, KindTold>): Result<Edit> => {
  const lost: string[] = [];
  const edits: Edit[] = [];
  for (const [id, { kind, input }] of to) {
    const step = stepIn(flow, id);
    const thing = step ?? (flow.triggers ?? []).find((one) => one.id === id);
    if (thing === undefined)
      return bad(problem('edit.missing', `There is no step or trigger ${id}`, { at: { step: id } }));
    const of: Owner = step === null ? { trigger: id } : { step: id };
    const known = fieldsOf(input);
    for (const field of Object.keys(thing.with ?? {}))
      if (known !== null && !known.has(field)) {
        lost.push(`${id}.${field}`);
        edits.push({ do: 'set', of, path: ['with', field] });
      }
    edits.push({ do: 'set', of, path: ['kind'], value: kind });
  }
  const [only] = [...to];
  const what =
    to.size === 1 && only !== undefined ? `Upgrade ${only[0]} to ${only[1].kind}` : `Upgrade ${to.size} steps`;
  return good(together(lost.length === 0 ? what : `${what}, without ${lost.join(', ')}`, edits));
};
