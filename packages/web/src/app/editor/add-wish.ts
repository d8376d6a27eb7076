/** Where a new step is to stand: what the search for steps is opened with, by whichever gesture or key. */

import { type Flow, graphOf, isBlock } from '@headgate/core';
import type { Kinds } from './editor-context.ts';
import { entriesOf } from './ports.ts';

export type Where =
  /** It waits for this entry. */
  | { readonly at: 'after'; readonly entry: string }
  /** Between two that a wire joins. */
  | { readonly at: 'wire'; readonly from: string; readonly to: string }
  /** This one waits for it. */
  | { readonly at: 'before'; readonly to: string }
  | { readonly at: 'block'; readonly block: string }
  | { readonly at: 'flow' };

export type AddWish = {
  readonly where: Where;
  /** On the canvas: where its box stands, and where the boxes stand that have no place of their own yet. */
  readonly spot?: readonly [number, number];
  readonly pins?: Readonly<Record<string, readonly [number, number]>>;
  /** On the screen: where the search opens. */
  readonly screen?: { readonly x: number; readonly y: number };
};

export const sameWhere = (a: Where, b: Where): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Where the cursor suggests: behind the step, or at the branch, that it stands on. */
export const whereAt = (flow: Flow, kinds: Kinds, cursor: string | null): Where => {
  const [id = '', port] = (cursor ?? '').split('.');
  const node = graphOf(flow).byId.get(id);
  if (node === undefined) return { at: 'flow' };
  if (port !== undefined) return { at: 'after', entry: `${id}.${port}` };
  const entries = entriesOf(kinds, node.step);
  const taken = new Set(node.next.flatMap(({ entries: all }) => all.map(({ text }) => text)));
  const entry = entries.find((one) => !taken.has(one)) ?? entries[0] ?? id;
  return isBlock(node.step) && node.inner === null ? { at: 'block', block: id } : { at: 'after', entry };
};

/** The places to choose from: around the step that the cursor stands on. */
export const wheresAt = (flow: Flow, kinds: Kinds, cursor: string | null, first: Where): readonly Where[] => {
  const id = cursor?.split('.')[0] ?? '';
  const node = graphOf(flow).byId.get(id);
  const all: Where[] = [first];
  if (node !== undefined) {
    for (const entry of entriesOf(kinds, node.step)) all.push({ at: 'after', entry });
    for (const { text } of node.entries) all.push({ at: 'wire', from: text, to: id });
    if (isBlock(node.step)) all.push({ at: 'block', block: id });
    const block = node.level.block?.id;
    if (block !== undefined) all.push({ at: 'block', block });
  }
  all.push({ at: 'flow' });
  return all.filter((one, i) => all.findIndex((other) => sameWhere(one, other)) === i);
};
