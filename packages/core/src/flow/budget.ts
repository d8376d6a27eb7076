/**
 * Budgets: how many runs a flow, a key or a workspace may start, and how many tokens and how much money its runs may use,
 * a day, a month, and each run.
 *
 * BU1 Days and months are those of UTC: they begin at the same moment for everybody, and no clock change makes one longer.
 * BU2 Money is a whole number of micro-units (a millionth) of the one currency of the instance: no sum is ever rounded.
 */

import { z } from 'zod';

/** Largest amount of anything: sums of a thousand of them are still exact. */
const MOST = 1_000_000_000_000;

const amount = z.int().min(0).max(MOST);

const runs = z.strictObject({ day: amount.optional(), month: amount.optional() });
const spent = z.strictObject({ run: amount.optional(), day: amount.optional(), month: amount.optional() });

/** Nothing said of something: no limit. */
export const budgetSchema = z.strictObject({
  runs: runs.optional().describe('Runs that may begin'),
  tokens: spent.optional().describe('Tokens of models'),
  money: spent.optional().describe('Money, in millionths of the currency of the instance'),
});

/** What a workspace may have: a budget, and runs that are not over at the same time, and stored bytes. */
export const quotaSchema = z.strictObject({
  runs: runs.optional().describe('Runs that may begin'),
  tokens: runs.optional().describe('Tokens of models'),
  money: runs.optional().describe('Money, in millionths of the currency of the instance'),
  concurrent: amount.optional().describe('Runs that are not over, waiting ones too'),
  bytes: amount.optional().describe('Bytes of the journals and files of its runs'),
});

export type Budget = z.infer<typeof budgetSchema>;
export type Quota = z.infer<typeof quotaSchema>;

/** What one use of something took: tokens, and micro-units of the currency. */
export type Usage = {
  readonly tokens?: number;
  readonly money?: number;
  /** Those of the tokens that a model wrote; the others it read. For who counts them apart: no budget does. */
  readonly output?: number;
};

export type Period = 'day' | 'month';

export const DAY = 86_400_000;

/** The number of the day of a time, counted from 1970. */
export const dayOf = (time: number): number => Math.floor(time / DAY);

/** The number of the first day of the month that a day is in. */
export const monthOf = (day: number): number => {
  const date = new Date(day * DAY);
  return dayOf(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1));
};

/** When the next day or month begins. */
export const resetOf = (period: Period, time: number): number => {
  if (period === 'day') return (dayOf(time) + 1) * DAY;
  const date = new Date(time);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1);
};
