/**
 * Room for bytes that come in as files: within the quota of the workspace, and on the disk.
 *
 * RO1 What is on its way counts as if it were there, for all that come in at once: together they never go beyond the quota.
 */

import type { Problem, Room } from '@headgate/core';
import type { Ledger } from './ledger.ts';

type Deps = {
  readonly ledger: Pick<Ledger, 'store'>;
  /** Why nothing is stored now, for want of room on the disk. */
  readonly full: () => Problem | null;
};

export class Rooms {
  readonly #deps: Deps;
  /** Bytes on their way, by workspace. */
  readonly #coming = new Map<string, number>();

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  begin(workspace: string): Room {
    let mine = 0;
    return {
      more: (bytes) => {
        const coming = this.#coming.get(workspace) ?? 0;
        const why = this.#deps.full() ?? this.#deps.ledger.store(workspace, coming + bytes);
        if (why !== null) return why;
        mine += bytes;
        this.#coming.set(workspace, coming + bytes);
        return null;
      },
      end: () => {
        const left = (this.#coming.get(workspace) ?? 0) - mine;
        mine = 0;
        if (left > 0) this.#coming.set(workspace, left);
        else this.#coming.delete(workspace);
      },
    };
  }
}
