/** The program that takes fields out of HTML by CSS selectors (css-select): texts, attributes, lists. */

import { compile, selectAll, selectOne } from 'css-select';
import type { AnyNode, Element } from 'domhandler';
import { getInnerHTML } from 'domutils';
import { fault, program, Source } from './bytes.ts';
import { childrenOf, hasText, htmlOf, isElement } from './dom.ts';

type Field = {
  readonly name: string;
  readonly select: string | null;
  readonly get: 'text' | 'html' | 'attribute';
  readonly attribute: string;
  readonly all: boolean;
};
type Input = { readonly size: number; readonly each: string | null; readonly fields: readonly Field[] };
type Query = (node: Element) => boolean;

const MOST = 50_000;
const SKIPPED = new Set(['script', 'style', 'template']);
/** Elements that stand on lines of their own. */
const BLOCKS = new Set(
  'address article aside blockquote br dd div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol p pre section table td th tr ul'.split(
    ' ',
  ),
);

const collect = (node: AnyNode, parts: string[]): void => {
  if (hasText(node)) parts.push(node.data);
  else if (!isElement(node) || !SKIPPED.has(node.name)) {
    const block = isElement(node) && BLOCKS.has(node.name);
    if (block) parts.push(' ');
    for (const child of childrenOf(node)) collect(child, parts);
    if (block) parts.push(' ');
  }
};
const textIn = (node: AnyNode): string => {
  const parts: string[] = [];
  collect(node, parts);
  return parts.join('').replace(/\s+/g, ' ').trim();
};

const queryOf = (selector: string, field: string): Query => {
  try {
    return compile<AnyNode, Element>(selector) as Query;
  } catch (error) {
    throw fault(
      'html.selector',
      `${JSON.stringify(selector.slice(0, 80))} is no CSS selector: ${error instanceof Error ? error.message.slice(0, 150) : ''}`,
      {
        at: { field },
      },
    );
  }
};

const valueOf = (node: Element, { get, attribute }: Field): string | null => {
  if (get === 'text') return textIn(node);
  if (get === 'html') return getInnerHTML(node);
  return Object.hasOwn(node.attribs, attribute) ? (node.attribs[attribute] ?? null) : null;
};

// oxlint-disable-next-line import/no-default-export -- it is what a runner calls
export default program<Input>(async ({ size, each, fields }, host) => {
  const queries = fields.map((field) =>
    field.select === null ? null : queryOf(field.select, `fields.${field.name}.select`),
  );
  const rows = each === null ? null : queryOf(each, 'each');
  const document = await htmlOf(new Source(host, 0, size));
  let found = 0;
  const counted = <T>(list: readonly T[]): readonly T[] => {
    found += list.length;
    if (found > MOST)
      throw fault('html.many', `The selectors find more than ${MOST} elements`, { at: { field: 'fields' } });
    return list;
  };
  const takenFrom = (node: AnyNode): Record<string, unknown> => {
    const row = Object.create(null) as Record<string, unknown>;
    for (const [i, field] of fields.entries()) {
      const query = queries[i] ?? null;
      const within = [...childrenOf(node)];
      if (query === null) row[field.name] = isElement(node) ? valueOf(node, field) : null;
      else if (field.all) row[field.name] = counted(selectAll(query, within)).map((one) => valueOf(one, field));
      else {
        const one = selectOne(query, within);
        row[field.name] = one === null ? null : valueOf(one, field);
      }
    }
    return row;
  };
  if (rows === null) return takenFrom(document);
  return counted(selectAll(rows, [...document.children])).map(takenFrom);
});
