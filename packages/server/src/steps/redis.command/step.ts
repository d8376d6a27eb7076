/**
 * redis.command: one command at a Redis server, or one that speaks like it. Which commands there are, and what of their words
 * is a key, is judged before anything is sent; keys, values and the command itself travel as texts with their lengths.
 */

import { defineStep, done, failed, z } from '@headgate/core/step';
import { inDoubt, serverFields, serverNeeds, serverOf } from '../sql.query/server.ts';

const USUAL = 6379;

export const step = defineStep({
  kind: 'redis.command',
  version: 1,
  title: 'Redis command',
  group: 'data',
  summary:
    'Sends one command to Redis that reads or changes single keys, and gives its answer. Commands that run scripts, change settings, block, or look through all keys are not sent.',
  input: z.strictObject({
    ...serverFields,
    command: z
      .string()
      .regex(/^[A-Za-z]{2,32}$/, 'the name of a command, such as GET')
      .describe('The command, written plainly, e.g. GET, SET, HGETALL, INCR.'),
    args: z
      .array(z.union([z.string(), z.number()]))
      .min(1)
      .max(10_000)
      .describe('The key, and what else the command takes, in its order: ["cart:{{ input.user }}", 3600].'),
    prefix: z
      .string()
      .max(500)
      .optional()
      .describe(
        'What every key has to begin with, e.g. cart: — a key that an expression gives cannot lead elsewhere then.',
      ),
    mode: z
      .enum(['read', 'write'])
      .optional()
      .describe('read (or left out): commands that change nothing. write: those that do, too.'),
    database: z.int().min(0).max(1_000).optional().describe('The number of the database there. Left out: 0.'),
    bytes: z.int().min(1_000).max(64_000_000).optional().describe('Bytes of the answer at most. Left out: 16000000.'),
    repeatable: z
      .boolean()
      .optional()
      .describe('Whether a command that writes may be sent again when nobody knows if it was carried out.'),
  }),
  output: z
    .unknown()
    .describe(
      'What Redis answers: a text, a number, a list, null; of HGETALL an object; of bytes that are no text {base64}.',
    ),
  plain: ['command', 'prefix'],
  needs: (raw) => serverNeeds(raw, { scheme: 'redis', usual: USUAL, what: 'the Redis server' }),
  repeatable: ({ mode, repeatable }) => mode !== 'write' || repeatable === true,
  run: async (given, can) => {
    const mode = given.mode ?? 'read';
    const answer = await can.databases.redis({
      ...serverOf(given, USUAL),
      command: given.command,
      args: given.args,
      prefix: given.prefix ?? '',
      mode,
      database: given.database ?? 0,
      bytes: given.bytes ?? 16_000_000,
    });
    if (!('problem' in answer)) return done(answer.value);
    return failed(inDoubt(answer.problem, answer.sent, mode === 'read' || given.repeatable === true), answer.sent);
  },
});
