/**
 * Whether what a flow does by itself still has somebody behind it (row Q-04): a webhook, a schedule, an alert and a visit
 * start nothing for an owner who is no member any more, is switched off, or may not run the flow himself.
 */

import { may, thingAt, thingOf } from '@headgate/core';
import type { FlowRow, Store } from '../store/ports.ts';

/** A flow that belongs to a key, or to the command line, has no person behind it and goes on; its grants are judged all the same. */
export const hasOwner = async (store: Store, workspace: string, row: FlowRow): Promise<boolean> => {
  if (!row.owner.startsWith('u_')) return true;
  const owner = await store.directory.user(workspace, row.owner);
  return owner !== null && may(owner, 'run', thingOf(workspace, row));
};

/**
 * May a flow be told of the runs of another? As far as its owner may see them now; a key that is gone, or ran out, sees what is
 * not private.
 */
export const mayHear = async (
  store: Store,
  workspace: string,
  row: FlowRow,
  about: string,
  now: number,
): Promise<boolean> => {
  const place = await store.in(workspace).flows.place(about);
  if (place === null) return true;
  const owner = await store.directory.named(workspace, row.owner);
  if (owner === null || (owner.expires !== null && owner.expires <= now)) return place.visibility !== 'private';
  return may(owner.principal, 'run.read', thingAt(workspace, place));
};
