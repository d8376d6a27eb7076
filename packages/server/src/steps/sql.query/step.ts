/**
 * sql.query: one SQL statement at a PostgreSQL, MySQL or MariaDB server, or in a SQLite file of a folder that the server’s
 * admin opened.
 *
 * SQ1 The statement stands in the step as a text; an expression in it is refused before the flow runs. What varies is
 *     handed over as values, which a database never reads as SQL.
 * SQ2 A statement that writes and broke off is not sent again, unless the step says that this does no harm.
 */

import { defineStep, done, failed, type Need, z } from '@headgate/core/step';
import { inDoubt, serverFields, serverNeeds, serverOf } from './server.ts';

const USUAL: Readonly<Record<string, number>> = { postgres: 5432, mysql: 3306 };

const input = z.strictObject({
  speaks: z.enum(['postgres', 'mysql']).describe('postgres (and what speaks like it), or mysql (MariaDB too).'),
  ...serverFields,
  database: z.string().min(1).max(200).describe('The database there.'),
  sql: z
    .string()
    .min(1)
    .max(100_000)
    .refine(
      (text) => !text.includes('{{'),
      'an SQL text without {{ }}: write a placeholder ($1 in PostgreSQL, ? in MySQL) and hand the value over in `params`',
    )
    .describe(
      'One statement, written plainly. Values go where a placeholder stands: $1, $2 … in PostgreSQL, ? in MySQL and SQLite.',
    ),
  params: z
    .array(z.unknown())
    .max(1_000)
    .optional()
    .describe('The values, in the order of the placeholders, e.g. ["{{ input.id }}"].'),
  mode: z
    .enum(['read', 'write'])
    .optional()
    .describe('read (or left out): in a transaction that can change nothing. write: it may change rows.'),
  rows: z.int().min(1).max(100_000).optional().describe('Rows at most; more are a Problem. Left out: 1000.'),
  bytes: z
    .int()
    .min(1_000)
    .max(64_000_000)
    .optional()
    .describe('Bytes at most, as they come from the server. Left out: 16000000.'),
  repeatable: z
    .boolean()
    .optional()
    .describe('Whether a statement that writes may be sent again when nobody knows if it was carried out.'),
});

const needsOf = (raw: Record<string, unknown>): readonly Need[] => {
  const speaks = typeof raw['speaks'] === 'string' && Object.hasOwn(USUAL, raw['speaks']) ? raw['speaks'] : undefined;
  return serverNeeds(raw, {
    scheme: speaks,
    usual: speaks === undefined ? undefined : USUAL[speaks],
    what: 'the database',
  });
};

export const step = defineStep({
  kind: 'sql.query',
  version: 1,
  title: 'SQL query',
  group: 'data',
  summary:
    'Sends one SQL statement to PostgreSQL, MySQL or MariaDB, and gives its rows as objects. Values are handed over apart from the text; reading happens in a transaction that can change nothing.',
  input,
  output: z
    .strictObject({
      rows: z
        .array(z.record(z.string(), z.unknown()))
        .describe('The rows, each an object by the names of the columns.'),
      changed: z.int().describe('How many rows the statement changed.'),
    })
    .describe('What the database answers.'),
  plain: ['sql'],
  needs: needsOf,
  repeatable: ({ mode, repeatable }) => mode !== 'write' || repeatable === true,
  run: async (given, can) => {
    const answer = await can.databases.sql({
      ...serverOf(given, USUAL[given.speaks] ?? 0),
      speaks: given.speaks,
      database: given.database,
      sql: given.sql,
      params: given.params ?? [],
      mode: given.mode ?? 'read',
      rows: given.rows ?? 1_000,
      bytes: given.bytes ?? 16_000_000,
    });
    if (!('problem' in answer)) return done(answer.value);
    const mayRepeat = given.mode !== 'write' || given.repeatable === true;
    return failed(inDoubt(answer.problem, answer.sent, mayRepeat), answer.sent);
  },
});
