/** Values of runs, a part at a time: a page, the shape, where a text stands in one, where two differ. */

import { z } from 'zod';
import { route } from './route.ts';
import { byId, count, cursor, id, json, runRow, runState, time } from './shapes.ts';

const tags = ['runs'] as const;

/** What is looked for in many runs: a sign alone is in all of them. */
const sought = z.string().trim().min(2).max(200);

const seq = z
  .string()
  .regex(/^[1-9][0-9]{0,11}$/, 'the seq of an event')
  .transform(Number);
const offset = z
  .string()
  .regex(/^[0-9]{1,9}$/, 'a whole number from 0')
  .transform(Number);
const pointer = z
  .string()
  .max(4000)
  .regex(/^(\/([^~]|~[01])*)?$/, 'a JSON Pointer, as /items/3; the empty text is the whole')
  .describe('JSON Pointer (RFC 6901) of a place within the value; absent: the whole');
const item = z
  .string()
  .regex(/^[0-9]{1,9}(\.[0-9]{1,9})*$/, 'indexes with dots, as 3 or 3.0')
  .transform((text) => text.split('.').map(Number));
const step = z.string().regex(/^[a-z][a-z0-9_]{0,62}$/, 'the id of a step');
const held = z.enum(['value', 'input', 'output', 'body', 'over', 'data']);

/** Which value: of an event, or what a step was given. */
const which = {
  seq: seq.optional().describe('An event of the journal'),
  of: held.optional().describe('With `seq`: the name under which the event holds it; absent: `value`'),
  step: step.optional().describe('In place of `seq`: what this step was given, computed from the journal'),
  item: item.optional().describe('With `step`: of which item, where it ran for several'),
  side: z.enum(['in', 'out']).optional().describe('With `step`: what it was given (`in`, when absent) or its result'),
};

const oneOf = (q: { seq?: unknown; of?: unknown; step?: unknown; item?: unknown; side?: unknown }): boolean =>
  q.seq === undefined
    ? q.step !== undefined && q.of === undefined
    : q.step === undefined && q.item === undefined && q.side === undefined;
const ONE = {
  path: ['seq'],
  message: 'expected either `seq` (with `of`) or `step` (with `item` and `side`)',
};

const kind = z.enum(['object', 'list', 'text', 'number', 'boolean', 'null']);

export const valuePage = z
  .strictObject({
    kind,
    length: z.int().nullable().describe('Items, fields or characters; null for what has none'),
    size: z.int().describe('Characters of its JSON'),
    offset: z.int(),
    next: z.int().nullable().describe('The `offset` of the next page; null: this is the last'),
    value: json.describe('The items as a list, the fields as an object, the characters as a text, or the value itself'),
    cut: z
      .array(
        z.strictObject({
          path: z.string(),
          kind: z.enum(['object', 'list', 'text']),
          length: z.int(),
          sent: z.int(),
        }),
      )
      .readonly()
      .describe('What of the page is not whole: so many of its items, fields or characters were sent'),
  })
  .meta({ id: 'ValuePage' });

export const readValue = route({
  method: 'GET',
  path: '/api/v1/runs/{id}/value',
  needs: 'run.read',
  on: 'run',
  params: byId,
  query: z
    .strictObject({
      ...which,
      path: pointer.optional(),
      offset: offset.optional().describe('Items, fields or characters to leave out'),
      limit: count(100_000)
        .optional()
        .describe('At most so many; a page may hold fewer. Items and fields: 500 at most'),
      whole: z.literal('true').optional().describe('As the text of its JSON, with line breaks'),
    })
    .refine(oneOf, ONE),
  answers: { 200: valuePage },
  problems: ['missing', 'value.missing', 'value.unknown'],
  summary: 'Read a part of a value of a run, however large it is',
  tags,
});

export const shapeValue = route({
  method: 'GET',
  path: '/api/v1/runs/{id}/value/shape',
  needs: 'run.read',
  on: 'run',
  params: byId,
  query: z.strictObject({ ...which, path: pointer.optional() }).refine(oneOf, ONE),
  answers: {
    200: z.strictObject({
      shape: json.describe(
        'Kinds, fields and lengths, nested: {is, seen, fields?: [{name, shape}], items?, lengths?, part?}',
      ),
    }),
  },
  problems: ['missing', 'value.missing', 'value.unknown'],
  summary: 'The shape of a value of a run: kinds, fields and how long lists are',
  tags,
});

export const searchValue = route({
  method: 'GET',
  path: '/api/v1/runs/{id}/value/search',
  needs: 'run.read',
  on: 'run',
  params: byId,
  query: z.strictObject({ ...which, path: pointer.optional(), text: z.string().min(1).max(200) }).refine(oneOf, ONE),
  answers: {
    200: z.strictObject({
      found: z
        .array(z.strictObject({ path: z.string(), in: z.enum(['name', 'value']), around: z.string() }))
        .readonly(),
      more: z.boolean().describe('There are more than were looked for'),
    }),
  },
  problems: ['missing', 'value.missing', 'value.unknown'],
  summary: 'Where a text stands in a value of a run, whatever its case. What is hidden is not found',
  tags,
});

export const compareValue = route({
  method: 'GET',
  path: '/api/v1/runs/{id}/value/differences',
  needs: 'run.read',
  on: 'run',
  params: byId,
  query: z.strictObject({
    step,
    item: which.item,
    side: which.side,
    run: id.describe('The run that it is compared with'),
  }),
  answers: {
    200: z.strictObject({
      differences: z
        .array(
          z.strictObject({
            path: z.string(),
            what: z.enum(['added', 'removed', 'changed']),
            before: json.optional(),
            after: json.optional(),
          }),
        )
        .readonly(),
      more: z.boolean(),
    }),
  },
  problems: ['missing', 'value.missing', 'value.unknown'],
  summary: 'Where what a step was given, or its result, differs from that of another run',
  tags,
});

export const originOfValue = route({
  method: 'GET',
  path: '/api/v1/runs/{id}/value/origin',
  needs: 'run.read',
  on: 'run',
  params: byId,
  query: z.strictObject({ step, item: which.item, path: pointer.optional() }),
  answers: {
    200: z.strictObject({
      root: z.enum(['step', 'input', 'item']).nullable().describe('Null: it is not known, and `why` says why'),
      step: z.string().nullable(),
      path: z.string(),
      item: z.int().nullable().describe('Of the output of `each`: the item that it was made for'),
      exact: z.boolean().describe('The value there is the same; else it is what this one was made from'),
      reads: z.array(z.string()).readonly().describe('Steps that were read for it'),
      why: z.enum(['effect', 'made', 'repeat', 'whole', 'failed']).nullable(),
    }),
  },
  problems: ['missing', 'value.missing', 'value.unknown', 'permission.missing'],
  summary: 'Where a place of the output of a step came from: the earlier step, or the input, and the place in it',
  tags,
});

export const searchRuns = route({
  method: 'GET',
  path: '/api/v1/run-search',
  needs: 'run.read',
  on: 'any',
  query: z.strictObject({
    text: sought,
    flow: id.optional(),
    state: runState.optional(),
    trigger: z.string().min(1).max(64).optional().describe('The id of a trigger, or a kind: `webhook@1`'),
    environment: z.string().min(1).max(64).optional(),
    from: time.optional().describe('Created then or later'),
    to: time.optional().describe('Created before then'),
    cursor: cursor.optional(),
  }),
  answers: {
    200: z.strictObject({
      runs: z.array(
        z.strictObject({
          run: runRow,
          found: z
            .array(
              z.strictObject({
                seq: z.int(),
                step: z.string().nullable(),
                item: z.array(z.int()).readonly(),
                of: z.string().describe('The name under which the event holds it; `problem` or `log`'),
                path: z.string(),
                around: z.string(),
              }),
            )
            .readonly(),
        }),
      ),
      looked: z.int().describe('Runs that were looked through for this answer'),
      partly: z.int().describe('Of these, runs with values too large to be looked through'),
      next: z.string().optional().describe('Pass it as `cursor` to look through older ones'),
    }),
  },
  problems: ['requests.limit'],
  summary:
    'Runs by a text in their data, newest first: inputs, outputs, problems, logs. It looks for a bounded time; `next` goes on. What is hidden is not found',
  tags,
});
