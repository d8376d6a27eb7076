/**
 * Shapes that several contracts share. Answers are closed too, so that a test sees every field that a handler adds.
 *
 * Times are ISO 8601 in UTC. Cursors are opaque. JSON values of flows stay `unknown` here: the strict reader has already
 * made sure that they are JSON, and walking them again would only cost time.
 */

import { z } from 'zod';
import { EVENT_TYPES, RUN_STATES } from '../run/journal.ts';

/** An id as the server makes them. What does not look like one is answered as an id that never existed. */
export const id = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'an id');
/** The project a call is about. */
export const project = id.describe('The project; absent: `default`, which every workspace has');
export const time = z.iso.datetime();
export const json = z.unknown().describe('Any JSON value');

/** A flow file. Handlers read it with the flow's own reader, whose problems name steps; documents refer to the Flow schema. */
export const flowFile = z.unknown().describe('A flow file');
export const cursor = z.string().regex(/^\d{1,15}$/, 'the `next` of the page before');
export const name = z.string().min(1).max(200);

/** Numbers in a query are texts. */
export const count = (most: number): z.ZodType<number, string> =>
  z
    .string()
    .regex(/^[1-9][0-9]{0,5}$/, `a whole number from 1 to ${most}`)
    .transform(Number)
    .refine((n) => n <= most, `expected at most ${most}`);

export const byId = z.strictObject({ id });

export const place = z.strictObject({
  flow: z.string().optional(),
  step: z.string().optional(),
  field: z.string().optional(),
  item: z.array(z.int()).readonly().optional(),
  line: z.int().optional(),
  column: z.int().optional(),
});

/** A Problem as data, as check lists and runs carry it. */
export const problem = z
  .strictObject({
    code: z.string(),
    text: z.string(),
    at: place.optional(),
    fix: z.string().optional(),
    retry: z.enum(['no', 'yes', 'after']),
    retryAfter: z.number().optional(),
  })
  .meta({ id: 'Problem' });

/** A power lent to a step, in the form every `grant` field takes. */
export const lent = z
  .strictObject({
    step: z.string().regex(/^(\*|[a-z][a-z0-9_]{0,62})$/, 'the id of a step, or * for every step'),
    power: z.string().min(1).max(500),
  })
  .meta({ id: 'Lent' });

/** The body of a refusal. */
export const refusal = z
  .strictObject({
    status: z.int(),
    code: z.string(),
    text: z.string(),
    at: place.optional(),
    fix: z.string().optional(),
    retryAfter: z.number().optional(),
    problems: z.array(problem).readonly().optional(),
    missing: z.array(lent).readonly().optional(),
    diff: json.optional(),
    revision: z.int().optional(),
    id: z.string().optional().describe('Of the record in the log, when the fault is ours'),
  })
  .meta({ id: 'Refusal' });

export const runState = z.enum(RUN_STATES);

export const trigger = z.strictObject({ id: z.string().nullable(), kind: z.string() });

/** A run in a list. */
export const runRow = z.strictObject({
  id,
  flow: id,
  version: z.int().nullable(),
  state: runState,
  trigger,
  environment: z.string(),
  flowName: z.string().nullable().describe('null: the flow does not exist any more'),
  problem: z.string().nullable().describe('The code of the problem it ended with'),
  problemStep: z.string().nullable().describe('The step that problem came from'),
  waits: z
    .strictObject({ for: z.enum(['turn', 'time', 'run', 'answer']), until: time.optional() })
    .nullable()
    .describe('What it waits for: its turn in the queue, a time, a run it called, or somebody to answer or to go on'),
  parent: id.nullable(),
  rerunOf: id.nullable(),
  created: time,
  started: time.nullable(),
  ended: time.nullable(),
});

/** A run. */
export const run = z
  .strictObject({
    id,
    flow: id,
    version: z.int().nullable(),
    state: runState,
    trigger,
    environment: z.string(),
    output: json,
    apart: z
      .strictObject({
        output: z.strictObject({
          size: z.int().describe('Bytes of its JSON'),
          value: z.string().describe('Where it is read by pages: `/api/v1/runs/{id}/value?seq=…&of=output`'),
        }),
      })
      .optional()
      .describe('What was left out, as `large=apart` asks for; `output` is null then'),
    problem: problem.nullable(),
    created: time,
    started: time.nullable(),
    ended: time.nullable(),
    parent: id.nullable(),
    rerunOf: id.nullable(),
  })
  .meta({ id: 'Run' });

/** One event of a journal. */
export const event = z
  .strictObject({
    seq: z.int().min(1),
    at: time,
    type: z.enum(EVENT_TYPES),
    step: z.string().optional(),
    item: z.array(z.int()).readonly().optional(),
    data: json,
  })
  .meta({ id: 'Event' });
