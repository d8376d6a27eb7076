/**
 * guard.text: looks at a text before it is handed on, to a model or away from one: data of people, secrets, words of a list, and
 * whether it is JSON of a form. It reads and needs no power.
 *
 * What it found is never repeated in what it gives: kinds and places, no texts.
 */

import { closed, compileInput, defineStep, done, failed, problem, readSaid, z } from '@headgate/core/step';
import { findIn, type Found, KINDS } from './find.ts';

/** Why a text is not the JSON that is wanted; null: it is. */
const unfit = (text: string, schema: Readonly<Record<string, unknown>>): { value: unknown } | { why: string } => {
  const read = readSaid(text);
  if (read === undefined) return { why: 'It is no JSON' };
  const made = compileInput(closed(schema));
  const judged = made.ok ? made.validate(read.value) : made;
  if (judged.ok) return { value: made.ok ? judged.value : null };
  return {
    why: judged.problems
      .slice(0, 5)
      .map(({ text: one, at }) => `${at?.field ?? 'input'}: ${one}`)
      .join('; '),
  };
};

const countsOf = (found: readonly Found[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const { kind } of found) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
};

const masked = (text: string, found: readonly Found[]): string => {
  let made = '';
  let from = 0;
  for (const { start, end, kind } of found) {
    made += `${text.slice(from, start)}[${kind}]`;
    from = end;
  }
  return made + text.slice(from);
};

export const step = defineStep({
  kind: 'guard.text',
  version: 1,
  title: 'Check a text',
  group: 'data',
  summary:
    'Finds mail addresses, telephone numbers, cards, accounts, secrets and words of a list in a text, and says so, masks them or stops. With a schema the text has to be JSON that fits.',
  pure: true,
  plain: ['schema'],
  input: z.strictObject({
    text: z.string().max(200_000).describe('The text, e.g. {{ steps.helper.text }}.'),
    find: z
      .array(z.enum(KINDS))
      .max(KINDS.length)
      .optional()
      .describe(
        'What is looked for: email, phone, card (with its checksum), iban (with its checksum), secret (keys by the form that their vendors gave them). Left out: all of it.',
      ),
    words: z
      .array(z.string().min(1).max(200))
      .max(1_000)
      .optional()
      .describe('Words and phrases that are looked for besides, as whole words, in upper or lower case.'),
    schema: z
      .record(z.string(), z.unknown())
      .optional()
      .describe('JSON Schema that the text has to fit as JSON, in the subset of a flow’s input.'),
    then: z
      .enum(['report', 'mask', 'stop'])
      .optional()
      .describe(
        'report (or left out): the text is given as it is, with what was found. mask: each place is replaced by its kind, e.g. [email]. stop: a Problem. A text that does not fit the schema is a Problem with mask, too.',
      ),
  }),
  output: z
    .strictObject({
      ok: z.boolean().describe('Nothing was found, and it fits the schema.'),
      text: z.string().describe('The text; with mask, the masked one.'),
      found: z
        .array(z.strictObject({ kind: z.string(), start: z.int(), end: z.int() }))
        .describe('What was found: its kind, and where it stands in the text that was given.'),
      counts: z.record(z.string(), z.int()).describe('How often, by kind.'),
      value: z.unknown().describe('With a schema that fits: the value; else null.'),
      why: z.string().nullable().describe('Why it does not fit the schema; else null.'),
    })
    .describe('What was found.'),
  run: ({ text, find = KINDS, words = [], schema, then = 'report' }) => {
    const fits = schema === undefined ? { value: null } : unfit(text, schema);
    if ('why' in fits && then !== 'report')
      return failed(
        problem('guard.schema', `The text does not fit the schema. ${fits.why}`, {
          at: { field: 'with.text' },
          fix: 'Say to what writes it which form is wanted, or look at it with `then` left out.',
        }),
        'no',
      );
    const found = findIn(text, find, words);
    const counts = countsOf(found);
    if (found.length > 0 && then === 'stop')
      return failed(
        problem(
          'guard.text',
          `The text holds what it must not: ${Object.entries(counts)
            .map(([kind, count]) => `${kind} (${count})`)
            .join(', ')}`,
          { at: { field: 'with.text' }, fix: 'Take it out before this step, or mask it with `then`: mask.' },
        ),
        'no',
      );
    return done({
      ok: found.length === 0 && !('why' in fits),
      text: then === 'mask' ? masked(text, found) : text,
      ...{ found, counts },
      value: 'why' in fits ? null : fits.value,
      why: 'why' in fits ? fits.why : null,
    });
  },
});
