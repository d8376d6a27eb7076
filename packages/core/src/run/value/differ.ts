/**
 * Where two values differ, place by place: for a step's output beside that of another run. Both come from the guard; what
 * is hidden in them is hidden here, and a secret that changed is no difference (VD1).
 */

import { isSecretLabel } from '../../guard/labels.ts';
import { redactJson, redactText } from '../../guard/redact.ts';
import type { Inner, JsonText, Span } from './json-text.ts';
import { inPointer } from './pointer.ts';
import { shrunk } from './shrink.ts';

export type Difference = {
  readonly path: string;
  readonly what: 'added' | 'removed' | 'changed';
  /** Cut where they are long. */
  readonly before?: unknown;
  readonly after?: unknown;
};

export type Differences = { readonly differences: readonly Difference[]; readonly more: boolean };

const MOST = 200;
/** Parts that are compared, at most. */
const LOOKS = 200_000;
const DEPTH = 32;
/** Characters of what is shown of each side. */
const SHOWN = 400;

export const differencesOf = (before: JsonText, after: JsonText): Differences => {
  const differences: Difference[] = [];
  let left = LOOKS;
  let more = false;

  const shown = (json: JsonText, span: Span, labelled: boolean): unknown =>
    span.end - span.at > 64 * 1024
      ? `[${json.kind(span)}]`
      : shrunk(redactJson(json.read(span), labelled), '', SHOWN).value;

  const note = (made: Difference): void => {
    if (differences.length < MOST) differences.push(made);
    else more = true;
  };

  const compare = (a: Span, b: Span, path: string, labelled: boolean, depth: number): void => {
    if (more || a.end - a.at === b.end - b.at) {
      if (more || before.text.slice(a.at, a.end) === after.text.slice(b.at, b.end)) return;
    }
    left -= 1;
    if (left <= 0) {
      more = true;
      return;
    }
    const [old, now] = [before.inner(a), after.inner(b)];
    const alike = old !== null && now !== null && (old.names === null) === (now.names === null);
    if (!alike || depth >= DEPTH) {
      const [was, is] = [shown(before, a, labelled), shown(after, b, labelled)];
      if (JSON.stringify(was) !== JSON.stringify(is) || !labelled)
        note({ path, what: 'changed', before: was, after: is });
      return;
    }
    const was = namesOf(before, old);
    const is = namesOf(after, now);
    for (const [name, i] of was) {
      const j = is.get(name);
      const hidden = labelled || (old.names !== null && isSecretLabel(name));
      const at = path + inPointer(redactText(name));
      if (j === undefined) note({ path: at, what: 'removed', before: shown(before, before.part(old, i), hidden) });
      else compare(before.part(old, i), after.part(now, j), at, hidden, depth + 1);
      if (more) return;
    }
    for (const [name, j] of is) {
      if (was.has(name)) continue;
      const hidden = labelled || (now.names !== null && isSecretLabel(name));
      const at = path + inPointer(redactText(name));
      note({ path: at, what: 'added', after: shown(after, after.part(now, j), hidden) });
      if (more) return;
    }
  };

  compare(before.root, after.root, '', false, 0);
  return { differences, more };
};

const namesOf = (json: JsonText, inner: Inner): ReadonlyMap<string, number> => {
  const made = new Map<string, number>();
  for (let i = 0; i < inner.at.length; i += 1) made.set(inner.names === null ? String(i) : json.name(inner, i), i);
  return made;
};
