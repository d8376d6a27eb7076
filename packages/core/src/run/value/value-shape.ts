/**
 * The shape of a value: kinds, fields and how long lists are, without what stands in them. Of a long list its first items
 * are looked at, and how many is told; the whole costs a bounded number of looks (VS1).
 */

import { redactText } from '../../guard/redact.ts';
import type { JsonKind, JsonText, Span } from './json-text.ts';

export type ValueShape = {
  /** What it was seen to be, the first first. */
  readonly is: readonly JsonKind[];
  /** How often it was seen. */
  readonly seen: number;
  /** Of objects. `seen` of a field that is below that of its object: it is missing in some. */
  readonly fields?: readonly { readonly name: string; readonly shape: ValueShape }[];
  /** Of lists: what their items are. */
  readonly items?: ValueShape;
  /** Of lists: the shortest and the longest. */
  readonly lengths?: readonly [number, number];
  /** Not all items or fields were looked at. */
  readonly part?: true;
};

type Growing = {
  readonly is: Set<JsonKind>;
  seen: number;
  readonly fields: Map<string, Growing>;
  items: Growing | null;
  lengths: [number, number] | null;
  part: boolean;
};

const LOOKS = 20_000;
const ITEMS = 200;
const FIELDS = 200;
const DEPTH = 16;

const grown = (): Growing => ({ is: new Set(), seen: 0, fields: new Map(), items: null, lengths: null, part: false });

export const valueShapeOf = (json: JsonText, root: Span): ValueShape => {
  let left = LOOKS;
  const look = (into: Growing, span: Span, depth: number): void => {
    left -= 1;
    into.seen += 1;
    const kind = json.kind(span);
    into.is.add(kind);
    const inner = json.inner(span);
    if (inner === null) return;
    const length = inner.at.length;
    const most = depth >= DEPTH ? 0 : Math.min(length, kind === 'list' ? ITEMS : FIELDS);
    if (kind === 'list') {
      const [least, longest] = into.lengths ?? [length, length];
      into.lengths = [Math.min(least, length), Math.max(longest, length)];
      if (length > 0) into.items ??= grown();
    }
    let i = 0;
    for (; i < most && left > 0; i += 1) {
      if (into.items !== null && kind === 'list') look(into.items, json.part(inner, i), depth + 1);
      else {
        const name = redactText(json.name(inner, i));
        const known = into.fields.get(name);
        // An object that is a table has as many names as rows.
        if (known === undefined && into.fields.size >= FIELDS) {
          into.part = true;
          continue;
        }
        const field = known ?? grown();
        into.fields.set(name, field);
        look(field, json.part(inner, i), depth + 1);
      }
    }
    if (i < length) into.part = true;
  };
  const whole = grown();
  look(whole, root, 0);
  return told(whole);
};

const told = ({ is, seen, fields, items, lengths, part }: Growing): ValueShape => ({
  is: [...is],
  seen,
  ...(fields.size === 0 ? {} : { fields: [...fields].map(([name, field]) => ({ name, shape: told(field) })) }),
  ...(items === null ? {} : { items: told(items) }),
  ...(lengths === null ? {} : { lengths }),
  ...(part ? { part } : {}),
});
