/** Flows of one workspace that were deleted and can still be had back: what others ask of the store. */

import type { FlowPlace, Sight } from '@headgate/core';
import type { FlowRow } from './ports.ts';

/** `deleted`: milliseconds since the epoch. */
export type DeletedFlow = FlowRow & { readonly deleted: number };

export type DeletedFlows = {
  /** Deletes a flow: from here on it is found here alone, and nothing starts it. False: no such flow. */
  add(id: string, at: number): Promise<boolean>;
  /** In the order they were made, the newest first; only what is seen. */
  list(q: {
    cursor?: string;
    limit: number;
    sight: Sight;
  }): Promise<{ rows: readonly DeletedFlow[]; next: string | null }>;
  place(id: string): Promise<FlowPlace | null>;
  /** As it was, and switched on where it was. Null: no such deleted flow. */
  restore(id: string, at: number): Promise<FlowRow | null>;
  /** For good, with its versions, grants, webhooks and triggers. Its runs stay until retention takes them. */
  remove(id: string): Promise<boolean>;
};
