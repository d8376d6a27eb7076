/**
 * code: JavaScript, TypeScript or Python of the flow's author, run in the jail. This says what it asks for and what it gives; who
 * runs it is the engine's business, and where, the sandbox's.
 */

import { CODE_LANGUAGES, defineStep, done, failed, z } from '@headgate/core/step';
import { calls, functions, needsOf } from './source.ts';

export const step = defineStep({
  kind: 'code',
  version: 1,
  title: 'Code',
  group: 'data',
  summary:
    'Runs code of your own, locked away: it reaches nothing but what it is given. It gets `input` and `can`, and what its default function returns is the value of the step.',
  input: z.strictObject({
    source: z
      .string()
      .min(1)
      .max(512 * 1024)
      .describe(
        'A module that exports a function, e.g. export default (input, can) => input.n + 1; in Python one that defines `def main(input, can)`, plain or async. It may import the libraries of the server (date-fns, zod, lodash-es, papaparse, fast-xml-parser, uuid, @noble/hashes), in Python the standard library. Code in js and ts finds `URL`, `URLSearchParams`, `TextEncoder`, `TextDecoder`, `structuredClone`, `atob`, `btoa`, `crypto.randomUUID`, `setTimeout` and `console` as in Node. `can.steps.ID` is the value of an earlier step, `can.trigger`, `can.item` and `can.index` what an expression sees, `can.log` a line in the journal, `can.fetch(url, {method, headers, body, timeout, secret})` a request (timeouts are in milliseconds), `await can.readFile(path, {give, from, to})` a file of the project (give: text, json or base64; from and to in bytes), `can.readReference` what a reference of an earlier step leads to, `await can.secret("NAME")` the value of a secret, by a power of its own.',
      ),
    language: z
      .enum(CODE_LANGUAGES)
      .optional()
      .describe('js, ts or python. Left out: js. A run in Python begins some tenths of a second later.'),
    input: z.unknown().optional().describe('What the function gets first, e.g. {{ steps.fetch.body }}.'),
  }),
  output: z.unknown().describe('What the function returned, as JSON would hold it.'),
  plain: ['source', 'language'],
  needs: needsOf,
  // Code that calls nothing outside leaves nothing behind when it is cut off.
  repeatable: ({ source }) => calls(source).length === 0,
  run: async ({ source, language = 'js', input }, can) => {
    const answer = await can.code.run({ source, language, input: input ?? null, names: functions(source) });
    return 'problem' in answer ? failed(answer.problem, answer.sent) : done(answer.value);
  },
});
