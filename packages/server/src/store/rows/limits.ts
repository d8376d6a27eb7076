/**
 * Quotas, and what was used of them. The counts are written with what they count (writer/tally.ts); here they are read.
 *
 * LM1 A quota that cannot be read lets nothing begin.
 */

import { budgetSchema, type Budget, dayOf, monthOf, type Quota, quotaSchema } from '@headgate/core';
import type { ExpressionBuilder } from 'kysely';
import { fromJson, type Ground, toJson } from '../ground.ts';
import type { Amounts, EngineLimits, WorkspaceLimits } from '../limits.ts';
import type { Tables } from '../schema/tables.ts';

const NOTHING: Quota = { runs: { day: 0 }, concurrent: 0, bytes: 0 };
const NO_BUDGET: Budget = { runs: { day: 0 } };

const quotaIn = (text: string): Quota => {
  const read = quotaSchema.safeParse(fromJson(text));
  return read.success ? read.data : NOTHING;
};

/** A budget as it was written; one that cannot be read lets nothing begin. */
export const budgetIn = (text: string): Budget => {
  const read = budgetSchema.safeParse(fromJson(text));
  return read.success ? read.data : NO_BUDGET;
};

const NONE: Amounts = { runs: 0, tokens: 0, money: 0 };

const sums = (eb: ExpressionBuilder<Tables, 'used'>) => [
  eb.fn.sum<number>('runs').as('runs'),
  eb.fn.sum<number>('tokens').as('tokens'),
  eb.fn.sum<number>('money').as('money'),
];

const amounts = (row: Record<keyof Amounts, number | string | null> | undefined): Amounts =>
  row === undefined
    ? NONE
    : { runs: Number(row.runs ?? 0), tokens: Number(row.tokens ?? 0), money: Number(row.money ?? 0) };

export const limitsOf = ({ db, change }: Ground, workspace: string): WorkspaceLimits => {
  const since = async (first: number, last: number): Promise<Amounts> =>
    amounts(
      await db
        .selectFrom('used')
        .select(sums)
        .where('workspace', '=', workspace)
        .where('holder', '=', '')
        .where('day', '>=', first)
        .where('day', '<=', last)
        .executeTakeFirst(),
    );
  return {
    quota: async () => {
      const row = await db
        .selectFrom('workspace_quota')
        .selectAll()
        .where('workspace', '=', workspace)
        .executeTakeFirst();
      return row === undefined ? null : { quota: quotaIn(row.quota), updated: row.updated, by: row.set_by };
    },
    setQuota: ({ quota, updated, by }) =>
      change(async (trx) => {
        const there = await trx.selectFrom('workspace').select('id').where('id', '=', workspace).executeTakeFirst();
        if (there === undefined) return false;
        const values = { quota: toJson(quota), updated, set_by: by };
        await trx
          .insertInto('workspace_quota')
          .values({ workspace, ...values })
          .onConflict((on) => on.column('workspace').doUpdateSet(values))
          .execute();
        return true;
      }),
    usage: async (at) => {
      const today = dayOf(at);
      const [day, month, open, stored] = await Promise.all([
        since(today, today),
        since(monthOf(today), today),
        db
          .selectFrom('run')
          .select((eb) => eb.fn.countAll<number>().as('n'))
          .where('open', '=', 1)
          .where('workspace', '=', workspace)
          .executeTakeFirst(),
        db.selectFrom('stored').select('bytes').where('workspace', '=', workspace).executeTakeFirst(),
      ]);
      return { day, month, open: Number(open?.n ?? 0), bytes: stored?.bytes ?? 0 };
    },
  };
};

/** `stored`: the bytes of each workspace as of now, kept by open.ts. */
export const engineLimitsOf = ({ db }: Ground, stored: ReadonlyMap<string, number>): EngineLimits => ({
  quotas: async () => {
    const rows = await db.selectFrom('workspace_quota').select(['workspace', 'quota']).execute();
    return new Map(rows.map((row) => [row.workspace, quotaIn(row.quota)]));
  },
  budgets: async () => {
    const rows = await db.selectFrom('api_key').select(['id', 'budget']).where('budget', 'is not', null).execute();
    return new Map(rows.map((row) => [row.id, budgetIn(row.budget ?? '')]));
  },
  counted: async (at) => {
    const today = dayOf(at);
    const read = (first: number) =>
      db
        .selectFrom('used')
        .select(['workspace', 'holder'])
        .select(sums)
        .where('day', '>=', first)
        .where('day', '<=', today)
        .groupBy(['workspace', 'holder'])
        .execute();
    const name = (row: { workspace: string; holder: string }): string => `${row.workspace}\n${row.holder}`;
    const days = new Map((await read(today)).map((row) => [name(row), amounts(row)]));
    return (await read(monthOf(today))).map((row) => ({
      workspace: row.workspace,
      holder: row.holder,
      day: days.get(name(row)) ?? NONE,
      month: amounts(row),
    }));
  },
  bytes: (workspace) => stored.get(workspace) ?? 0,
});
