/**
 * What every part of the store stands on, handed to each by open.ts: the database, the way to change configuration, the
 * journal, the credentials and the clock. And the few conversions between rows and values that the parts share.
 */

import type { Kysely, Transaction } from 'kysely';
import type { Tables } from './schema/tables.ts';
import type { Credentials } from './vault-seal/credentials.ts';
import type { Keyring, Purpose } from './vault-seal/keyring.ts';
import type { Grown } from './writer/tally.ts';
import type { Writer } from './writer/writer.ts';

/** The keyring of an open store: it follows the database when the instance key is changed, by whatever process. */
export type LiveRing = Keyring & {
  /** As `derive`, after a look whether there is a newer root: for sealing inside a transaction. Throws when it cannot be had. */
  readonly newest: (purpose: Purpose) => Uint8Array<ArrayBuffer>;
  /** The same for what belongs to a workspace. Throws `WorkspaceLocked` besides. */
  readonly newestOf: (purpose: Purpose, workspace: string) => Uint8Array<ArrayBuffer>;
  /** Takes the roots the database has now. False: they do not open with the key at hand, nor with the one read again. */
  readonly follow: () => boolean;
};

export type Ground = {
  readonly db: Kysely<Tables>;
  /**
   * Runs a change of configuration in one transaction and raises the version when it changed something (any result but
   * null and false). Durable when it resolves.
   */
  readonly change: <T>(work: (trx: Transaction<Tables>) => Promise<T>) => Promise<T>;
  readonly writer: Writer;
  readonly credentials: Credentials;
  readonly ring: LiveRing;
  readonly clock: () => number;
  /** Unlinks the files of blobs whose rows are gone. */
  readonly unlink: (blobs: readonly string[]) => Promise<void>;
  /** What was written besides runs did this to the stored bytes of workspaces. */
  readonly grew: (grown: Grown) => void;
};

/** Rows of one page plus the cursor of the next: `limit + 1` rows are asked for, so that the end is known. */
export const page = <Row extends { n: number }>(rows: Row[], limit: number): { rows: Row[]; next: string | null } => {
  const last = rows[limit - 1];
  return rows.length > limit && last !== undefined
    ? { rows: rows.slice(0, limit), next: String(last.n) }
    : { rows, next: null };
};

/** The row number a cursor stands for; a cursor that is none reads as the start of the list. */
export const after = (cursor: string | undefined): number | null =>
  cursor !== undefined && /^\d{1,15}$/.test(cursor) ? Number(cursor) : null;

export const toJson = (value: unknown): string => JSON.stringify(value) ?? 'null';

/** What was written by `toJson`. */
export const fromJson = (text: string): unknown => JSON.parse(text);

export const listFromJson = <T extends string>(text: string): readonly T[] => JSON.parse(text) as T[]; // parse boundary
