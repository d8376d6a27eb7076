/**
 * Renaming a step in the texts that refer to it: `steps.old` and `problems.old` become those of the new id, nothing else of
 * the text is touched. Texts that cannot be read as expressions stay as they are.
 */

import type { AnyNode } from 'acorn';
import { parse } from './parse.ts';
import { expressionsIn } from './template.ts';

type Span = { readonly start: number; readonly end: number; readonly text: string };

const ROOTS = new Set(['steps', 'problems']);

const isNode = (value: unknown): value is AnyNode =>
  typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';

/** Where the id stands in what this node is, if it is a reference to that step. */
const spanOf = (node: AnyNode, from: string, to: string): Span | null => {
  if (node.type !== 'MemberExpression') return null;
  const { object, property, computed } = node;
  if (object.type !== 'Identifier' || !ROOTS.has(object.name)) return null;
  if (property.type === 'Identifier' && !computed)
    return property.name === from ? { start: property.start, end: property.end, text: to } : null;
  if (property.type === 'Literal' && property.value === from)
    return { start: property.start, end: property.end, text: JSON.stringify(to) };
  return null;
};

const collect = (root: AnyNode, from: string, to: string, base: number, found: Span[]): void => {
  const open: AnyNode[] = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const span = spanOf(node, from, to);
    if (span !== null) found.push({ ...span, start: span.start + base, end: span.end + base });
    for (const value of Object.values(node) as unknown[]) {
      if (isNode(value)) open.push(value);
      else if (Array.isArray(value)) for (const one of value) if (isNode(one)) open.push(one);
    }
  }
};

/** The text with every reference to the step `from` made one to `to`; the same text when there is none. */
export const renameStepIn = (text: string, from: string, to: string): string => {
  if (!text.includes('{{') || !text.includes(from)) return text;
  const found: Span[] = [];
  for (const { start, end } of expressionsIn(text)) {
    const parsed = parse({ text, field: '' }, start, end);
    if ('node' in parsed) collect(parsed.node, from, to, start, found);
  }
  let made = text;
  for (const span of found.toSorted((a, b) => b.start - a.start))
    made = made.slice(0, span.start) + span.text + made.slice(span.end);
  return made;
};
