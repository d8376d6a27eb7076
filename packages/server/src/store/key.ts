/** API keys as the store keeps them, as types: what a key may take, and the keys of one workspace. */

import type { KeyRow } from './ports.ts';

/** What a key alone may take: requests a minute, at once before the rate holds, and under way together; null: no limit. */
export type KeyLimits = {
  readonly rate: number | null;
  readonly burst: number | null;
  readonly parallel: number | null;
};

export type Turned = { readonly hash: string; readonly at: number; readonly until: number; readonly by?: string };

export type WorkspaceKeys = {
  create(row: KeyRow): Promise<void>;
  list(): Promise<KeyRow[]>;
  get(id: string): Promise<KeyRow | null>;
  revoke(id: string, at: number): Promise<boolean>;
  /**
   * Takes another secret; the present one stays valid until `until`, and what was before it goes at once. `by`: who answers
   * for the key from now on; absent, who did. False: no such key.
   */
  rotate(id: string, to: Turned): Promise<boolean>;
};
