/**
 * What is new in a list that is asked for again and again: the part of a polling trigger that is pure.
 *
 * PO1 An item is known by its id, and starts one run as long as its id is remembered: as long as it is in the list, and for
 *     MOST_SEEN others after that.
 * PO2 Runs begin in the order in which the items came about, the oldest first.
 */

import { codeHash } from '../access/code-hash.ts';
import { isObject } from '../flow/path.ts';
import type { Operation, PollTrigger } from './manifest.ts';
import { valueAt } from './pointer.ts';

/** Ids remembered beyond those of the list. */
export const MOST_SEEN = 1_000;

/** What a trigger remembers: how far it has come, and which items it knows, the latest last. */
export type Memory = { readonly cursor: string | number | null; readonly seen: readonly string[] };

export const NO_MEMORY: Memory = { cursor: null, seen: [] };

/** A memory as it was kept; null: none was, or it is none. */
export const readMemory = (value: unknown): Memory | null => {
  if (!isObject(value) || !Array.isArray(value['seen'])) return null;
  const { cursor, seen } = value;
  const far = typeof cursor === 'string' || typeof cursor === 'number' ? cursor : null;
  return { cursor: far, seen: seen.filter((one): one is string => typeof one === 'string') };
};

/** `mark`: its id, of one length whatever the service makes of ids. */
export type Item = { readonly mark: string; readonly value: unknown };

const markOf = (trigger: PollTrigger, value: unknown): string | null => {
  const id = valueAt(value, trigger.item);
  return typeof id === 'string' || typeof id === 'number' ? codeHash(trigger.id, String(id)).slice(0, 20) : null;
};

/** The list in what the operation of a trigger gives; null: there is none. */
export const listFor = (trigger: PollTrigger, operation: Operation, value: unknown): readonly unknown[] | null => {
  const list = valueAt(value, operation.paging === undefined ? (trigger.items ?? '') : '/items');
  return Array.isArray(list) ? list : null;
};

/** The items of a list that are not remembered, in order; what has no id is none. */
export const freshOf = (trigger: PollTrigger, list: readonly unknown[], memory: Memory): readonly Item[] => {
  const known = new Set(memory.seen);
  const fresh: Item[] = [];
  for (const one of trigger.order === 'newest' ? list.toReversed() : list) {
    const mark = markOf(trigger, one);
    if (mark === null || known.has(mark)) continue;
    known.add(mark);
    fresh.push({ mark, value: trigger.each === undefined ? one : valueAt(one, trigger.each) });
  }
  return fresh;
};

/** Is there one in it that is remembered? Where the newest come first, nothing beyond it is new. */
export const reachesKnown = (trigger: PollTrigger, list: readonly unknown[], memory: Memory): boolean => {
  if (trigger.order !== 'newest' || memory.seen.length === 0) return false;
  const known = new Set(memory.seen);
  return list.some((one) => known.has(markOf(trigger, one) ?? ''));
};

/** With one item more that is known. */
export const withSeen = (memory: Memory, mark: string): Memory => ({ ...memory, seen: [...memory.seen, mark] });

/** After a whole list was taken up: how far that goes, and no more ids than need be. */
export const afterList = (trigger: PollTrigger, list: readonly unknown[], memory: Memory): Memory => {
  const marks = list.flatMap((one) => markOf(trigger, one) ?? []);
  const here = new Set(marks);
  const others = memory.seen.filter((one) => !here.has(one)).slice(-MOST_SEEN);
  const newest = trigger.order === 'newest' ? list[0] : list.at(-1);
  const at = trigger.cursor === undefined || newest === undefined ? undefined : valueAt(newest, trigger.cursor.at);
  const plus = trigger.cursor?.plus ?? 0;
  const cursor = typeof at === 'number' ? at + plus : typeof at === 'string' ? at : memory.cursor;
  return { cursor, seen: [...others, ...here] };
};
