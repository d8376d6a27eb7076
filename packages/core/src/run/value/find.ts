/**
 * Where a text stands in a value: in names of fields, texts and numbers, whatever its case. The value comes from the guard,
 * and what a label or a shape hides is not looked into either: nobody learns a secret by asking for it.
 *
 * VF1 What is found stands in what a reader would be shown at that place.
 */

import { isSecretLabel } from '../../guard/labels.ts';
import { redactJson, redactText } from '../../guard/redact.ts';
import type { Inner, JsonText, Span } from './json-text.ts';
import { inPointer } from './pointer.ts';

/** `around`: what stands there, a few words of it. */
export type Hit = { readonly path: string; readonly in: 'name' | 'value'; readonly around: string };

export type Hits = { readonly found: readonly Hit[]; readonly more: boolean };

const MOST = 200;
/** Places that are looked at more closely, at most. */
const LOOKS = 20_000;
const AROUND = 60;

/** Finds a text as JSON writes it, whatever its case. */
export const seeker = (wanted: string): RegExp =>
  new RegExp(
    JSON.stringify(wanted)
      .slice(1, -1)
      .replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'),
    'gi',
  );

export const hitsIn = (json: JsonText, root: Span, base: string, wanted: string): Hits => {
  const found: Hit[] = [];
  const pattern = seeker(wanted);
  const small = wanted.toLowerCase();
  pattern.lastIndex = root.at;
  for (let looks = 0; looks < LOOKS; looks += 1) {
    const at = pattern.exec(json.text)?.index;
    if (at === undefined || at >= root.end) return { found, more: false };
    if (found.length >= MOST) return { found, more: true };
    const place = leafAt(json, root, base, at);
    if (place === null) continue;
    const { hit, end } = place;
    if (hit?.around.toLowerCase().includes(small) === true) found.push({ ...hit, around: near(hit.around, small) });
    pattern.lastIndex = Math.max(pattern.lastIndex, end);
  }
  return { found, more: true };
};

/** The name or value that stands at a place of the text, as its readers see it; `hit` null: it is hidden from them. */
const leafAt = (json: JsonText, root: Span, base: string, at: number): { hit: Hit | null; end: number } | null => {
  let span = root;
  let path = base;
  let labelled = false;
  for (;;) {
    const inner = json.inner(span);
    if (inner === null) {
      const kind = json.kind(span);
      const shown = kind === 'null' || kind === 'boolean' ? '' : String(redactJson(json.read(span), labelled));
      return { hit: labelled ? null : { path, in: 'value', around: shown }, end: span.end };
    }
    const index = indexAt(inner, at);
    if (index < 0) return null;
    const part = json.part(inner, index);
    if (inner.names === null) path += inPointer(index);
    else {
      const name = redactText(json.name(inner, index));
      path += inPointer(name);
      if (at < part.at) return { hit: { path, in: 'name', around: name }, end: part.at };
      labelled ||= isSecretLabel(name);
    }
    if (at < part.at || at >= part.end) return null;
    span = part;
  }
};

/** The last item or field that begins at or before a place of the text; -1: none does. */
const indexAt = (inner: Inner, at: number): number => {
  const starts = inner.names ?? inner.at;
  let [low, high] = [0, starts.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    if ((starts[middle] ?? 0) <= at) low = middle + 1;
    else high = middle - 1;
  }
  return high;
};

const near = (text: string, small: string): string => {
  const at = text.toLowerCase().indexOf(small);
  const from = Math.max(0, at - AROUND);
  const to = Math.min(text.length, at + small.length + AROUND);
  return `${from > 0 ? '…' : ''}${text.slice(from, to)}${to < text.length ? '…' : ''}`;
};
