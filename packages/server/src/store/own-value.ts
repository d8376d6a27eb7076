/** Values by key as the store keeps them, as types. A number lies open, so that it can be counted; all else is sealed. */

import type { Result } from '@headgate/core';
import type { By } from './own-table.ts';

/** `sealed`: what is kept and what it opens by; null: the value is the number `num`. */
export type ValueRow = {
  readonly key: string;
  readonly num: number | null;
  readonly sealed: { readonly name: string; readonly box: Uint8Array } | null;
  readonly version: number;
  readonly expires: number | null;
  readonly updated: number;
};

/** What was put: all of it but what is sealed. */
export type PutValue = Omit<ValueRow, 'sealed'>;

/** A key by its project and the name of its store. */
export type KeyPlace = { readonly project: string; readonly store: string; readonly key: string };

/** The values by key of one workspace. What has expired is not there. */
export type ValueStore = {
  get(place: KeyPlace, now: number): Promise<ValueRow | null>;
  /** In the order of the keys: those that begin with `prefix`, after the key `after`. */
  list(q: {
    project: string;
    store: string;
    prefix?: string;
    after?: string;
    limit: number;
    now: number;
  }): Promise<readonly ValueRow[]>;
  /** The names of stores that hold something. */
  stores(project: string, now: number): Promise<readonly string[]>;
  /** Null: no such project. `only`: nothing may be there, else Problem `kv.taken`. */
  set(
    place: KeyPlace,
    value: unknown,
    how: By & { readonly expires: number | null; readonly only?: 'new' },
  ): Promise<Result<PutValue> | null>;
  /** Adds to a number; where there is none it begins at 0. `expires` counts for one that begins. Problem `kv.number`. */
  increment(
    place: KeyPlace,
    by: number,
    how: By & { readonly expires: number | null },
  ): Promise<Result<PutValue> | null>;
  remove(place: KeyPlace, how: By): Promise<boolean>;
};
