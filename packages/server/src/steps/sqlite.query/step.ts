/**
 * sqlite.query: one statement that reads a SQLite file, of the project or of a folder that the server’s admin opened. The file is
 * read by the power to read it, and looked at in a locked process of its own, which has nothing else.
 *
 * SQ1 The statement stands in the step as a text; what varies is handed over as values.
 */

import { DURATION, defineStep, done, failed, gather, milliseconds, problem, z } from '@headgate/core/step';
import { placeNeeds } from '../file.read/place.ts';

/** The largest file: all of it is in memory for a moment. */
const LARGEST = 64 * 1024 * 1024;

const tooLarge = problem('database.file', 'A SQLite file of more than 64 MB is not read', {
  at: { field: 'with.path' },
});
const inUse = problem(
  'database.file',
  'The SQLite file is in use: what was written last stands beside it, in its log',
  {
    at: { field: 'with.path' },
    retry: 'yes',
    fix: 'Let the program that writes it close it, or run `pragma wal_checkpoint(truncate)`; or read a copy made by `vacuum into`.',
  },
);

export const step = defineStep({
  kind: 'sqlite.query',
  version: 1,
  title: 'Query a SQLite file',
  group: 'data',
  summary:
    'Reads a SQLite file with one SQL statement, and gives its rows as objects. The file is read whole, and nothing is written. Values are handed over apart from the text.',
  input: z.strictObject({
    path: z
      .string()
      .min(1)
      .max(1000)
      .describe('The path of the file, e.g. disk/shop/orders.db. Written plainly, the power is for that file alone.'),
    sql: z
      .string()
      .min(1)
      .max(100_000)
      .refine(
        (text) => !text.includes('{{'),
        'an SQL text without {{ }}: write ? where a value belongs and hand it over in `params`',
      )
      .describe('One statement that reads, written plainly. Values go where a ? stands.'),
    params: z
      .array(z.unknown())
      .max(1_000)
      .optional()
      .describe('The values, in the order of the placeholders, e.g. ["{{ input.id }}"].'),
    rows: z.int().min(1).max(100_000).optional().describe('Rows at most; more are a Problem. Left out: 1000.'),
    timeout: z
      .string()
      .regex(DURATION, 'a duration as <int>(ms|s|m|h|d), e.g. 30s')
      .refine((text) => (milliseconds(text) ?? Number.POSITIVE_INFINITY) <= 600_000, 'a duration of at most 10m')
      .optional()
      .describe('The longest time for the statement, waiting for its turn included. Left out: 30s; 10m at most.'),
  }),
  output: z.array(z.record(z.string(), z.unknown())).describe('The rows, each an object by the names of the columns.'),
  plain: ['sql'],
  needs: (raw) => placeNeeds('read', raw['path']),
  repeatable: () => true,
  run: async ({ path, sql, params = [], rows = 1_000, timeout }, can) => {
    const got = await can.files.read(path, async (file) =>
      file.size > LARGEST ? undefined : gather(file.read(), LARGEST),
    );
    if ('problem' in got) return failed(got.problem, 'no');
    const file = got.value;
    if (file === undefined) return failed(tooLarge, 'no');
    // A log beside it, where this step may see one, holds what the file does not.
    if (file[18] === 2) {
      const log = await can.files.read(`${path}-wal`, (beside) => Promise.resolve(beside.size));
      if ('value' in log && log.value > 0) return failed(inUse, 'no');
    }
    const time = (timeout === undefined ? undefined : milliseconds(timeout)) ?? 30_000;
    const answer = await can.databases.sqlite({ file, sql, params, rows, bytes: 16_000_000, timeout: time });
    return 'problem' in answer ? failed(answer.problem, 'no') : done(answer.value);
  },
});
