/**
 * What the rows of tables and the values by key share: the transaction, what was done already, the count of stored bytes.
 *
 * OD1 What a step did is noted in the transaction in which it did it: asked again by the same run with the same key, it gets the
 *     answer of then and nothing is done.
 * OD2 A refusal takes back all of what its call did before.
 * OD3 Data is no configuration: nothing that is kept in memory is forgotten for it.
 */

import type { Transaction } from 'kysely';
import { bad, good, type Problem, type Result } from '@headgate/core';
import type { Ground } from '../ground.ts';
import type { Effect } from '../own-table.ts';
import type { Tables } from '../schema/tables.ts';
import type { Seal } from './own-seal.ts';

export type OwnGround = {
  readonly seal: Seal;
  readonly grew: (grown: readonly (readonly [workspace: string, bytes: number])[]) => void;
  /** A table is gone, and its rows are left. */
  readonly lost: (table: { readonly workspace: string; readonly table: string }) => void;
};

export type Trx = Transaction<Tables>;

/** Takes a transaction back and becomes its answer. */
export class Refusal extends Error {
  readonly problem: Problem;
  constructor(of: Problem) {
    super(of.code);
    this.problem = of;
  }
}

export const refuse = (of: Problem): never => {
  throw new Refusal(of);
};

/** The value of a result, or the end of the transaction. */
export const must = <T>(result: Result<T>): T => (result.ok ? result.value : refuse(result.problem));

export type Change = {
  readonly trx: Trx;
  /** Bytes came, or went. */
  readonly grow: (bytes: number) => void;
};

/**
 * One transaction of one workspace. With an `effect` that was noted before, `work` is not called and the answer is that of
 * then. `work` gives null where what it is about is not there: nothing is noted then.
 */
export const change = async <T>(
  { db }: Pick<Ground, 'db'>,
  { grew }: Pick<OwnGround, 'grew'>,
  workspace: string,
  effect: Effect | undefined,
  work: (change: Change) => Promise<T | null>,
): Promise<Result<T> | null> => {
  let grown = 0;
  try {
    const done = await db.transaction().execute(async (trx) => {
      const before = effect === undefined ? undefined : await answered(trx, workspace, effect);
      if (before !== undefined) return good(JSON.parse(before) as T); // written below
      const value = await work({
        trx,
        grow: (bytes) => {
          grown += bytes;
        },
      });
      if (value === null) return null;
      if (effect !== undefined)
        await trx
          .insertInto('own_effect')
          .values({ workspace, run: effect.run, name: effect.key, answer: JSON.stringify(value) })
          .execute();
      if (grown !== 0) await countStored(trx, workspace, grown);
      return good(value);
    });
    if (grown !== 0) grew([[workspace, grown]]);
    return done;
  } catch (error) {
    if (error instanceof Refusal) return bad(error.problem);
    throw error;
  }
};

const answered = async (trx: Trx, workspace: string, { run, key }: Effect): Promise<string | undefined> => {
  const row = await trx
    .selectFrom('own_effect')
    .select('answer')
    .where('workspace', '=', workspace)
    .where('run', '=', run)
    .where('name', '=', key)
    .executeTakeFirst();
  return row?.answer;
};

/** Bytes came to what a workspace stores, or went. Who calls it says so to `grew` when it is durable. */
export const countStored = async (trx: Trx, workspace: string, bytes: number): Promise<void> => {
  await trx
    .insertInto('stored')
    .values({ workspace, bytes })
    .onConflict((on) => on.column('workspace').doUpdateSet((eb) => ({ bytes: eb('stored.bytes', '+', bytes) })))
    .execute();
};
