/**
 * Finds what the guard wrote in the place of a value (`[secret github]`, `[key jwt]`) where a value belongs: somebody sends
 * back what he got masked. Kept, the label would take the place of the value, and nobody would notice before it is used.
 */

import { isShapeKind } from '../../guard/shapes.ts';
import { problem, type Problem } from '../../problem.ts';
import type { Flow } from '../model.ts';
import { fieldPath, isObject } from '../path.ts';

const LABEL = /\[(?:secret(?: [A-Za-z0-9][A-Za-z0-9_.-]{0,99})?|key ([a-z][a-z0-9-]{0,40}))\]/g;
/** Further ones are not told: the first say what happened. */
const MOST = 100;

const labelIn = (text: string): string | undefined => {
  if (!text.includes('[')) return undefined;
  for (const found of text.matchAll(LABEL)) if (found[1] === undefined || isShapeKind(found[1])) return found[0];
  return undefined;
};

type Open = { readonly value: unknown; readonly path: readonly PropertyKey[]; readonly step: string | undefined };

/** A Problem for each text or name of a field that holds such a label, with its step and field. Code: `secret.masked`. */
export const maskedIn = (flow: Flow): readonly Problem[] => maskedFrom({ value: flow, path: [], step: undefined });

/** The same of the values of an environment, which stand in the field `vars`. */
export const maskedValues = (vars: object): readonly Problem[] =>
  maskedFrom({ value: vars, path: ['vars'], step: undefined });

const maskedFrom = (from: Open): readonly Problem[] => {
  const found: Problem[] = [];
  const open: Open[] = [from];
  const tell = (label: string, path: readonly PropertyKey[], step: string | undefined): void => {
    found.push(
      problem('secret.masked', `${label} stands where a value belongs: it is what the guard showed in its place`, {
        at: { ...(step === undefined ? {} : { step }), field: fieldPath(path) },
        fix: 'Write the value itself again; better, store it as a secret and name that in the field `secret` of the step.',
      }),
    );
  };
  for (let one = open.pop(); one !== undefined && found.length < MOST; one = open.pop()) {
    const { value, path, step } = one;
    if (typeof value === 'string') {
      const label = labelIn(value);
      if (label !== undefined) tell(label, path, step);
      continue;
    }
    if (typeof value !== 'object' || value === null) continue;
    for (const [name, inner] of Object.entries(value).toReversed()) {
      const label = Array.isArray(value) ? undefined : labelIn(name);
      if (label !== undefined) tell(label, path, step);
      const key = Array.isArray(value) ? Number(name) : name;
      const id = path.at(-1) === 'steps' && isObject(inner) ? inner['id'] : undefined;
      const own = typeof id === 'string';
      open.push({ value: inner, path: own ? [] : [...path, key], step: own ? id : step });
    }
  }
  return found;
};
