/** What the gateway may ask of the engine about what agents remember outside of chats: whose it is, how much, and what it says. */

/** Whose memories are meant: what their owners begin with, as the caller is known by. Made by `ownersOf`. */
export type MemoryOwners = readonly string[];

/** Times are ISO 8601. */
export type MemoryView = {
  readonly id: string;
  /** The agent's step. */
  readonly step: string;
  readonly environment: string;
  readonly draft: boolean;
  /** Who it is of; null: a visitor of a chat. */
  readonly of: string | null;
  readonly mine: boolean;
  /** What its owner calls it by; null: it is somebody else's. */
  readonly session: string | null;
  readonly turns: number;
  /** Bytes, as they count. */
  readonly size: number;
  readonly created: string;
  readonly updated: string;
  readonly expires: string;
};

export type MemoryTurn = {
  readonly run: string;
  readonly asked: string;
  readonly answered: string;
  /** The agent had read text from outside. */
  readonly outside: boolean;
  readonly at: string;
};

export type MemoryContent = MemoryView & {
  readonly turns: number;
  readonly summary: string | null;
  /** The latest of them, the oldest first. */
  readonly said: readonly MemoryTurn[];
};

export type MemoriesPort = {
  /** Of a flow, the latest first. `all`: those of others, too, without what is in them. */
  readonly list: (
    workspace: string,
    flow: string,
    owners: MemoryOwners,
    page: { readonly all: boolean; readonly limit: number; readonly cursor?: string },
  ) => Promise<{ readonly memories: readonly MemoryView[]; readonly next: string | null }>;
  /** With what is in it; null: there is none of this id that is the caller's own. */
  readonly read: (
    workspace: string,
    flow: string,
    owners: MemoryOwners,
    id: string,
    limit: number,
  ) => Promise<MemoryContent | null>;
  /** Deletes it. `all`: somebody else's, too. False: there is none. */
  readonly remove: (
    workspace: string,
    flow: string,
    owners: MemoryOwners,
    which: { readonly id: string; readonly all: boolean },
  ) => Promise<boolean>;
};
