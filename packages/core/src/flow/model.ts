/**
 * The flow file: one JSON document, readable and mergeable. The schemas here are the one declaration; the types, the
 * JSON Schema and the forms are derived.
 *
 * It does not judge what a step's `with` holds (that is the step kind's schema, see check.ts) and carries no grants.
 *
 * F1 Objects are closed: an unknown field is refused, so that a misspelt setting never passes silently.
 * F2 A step is identified by its id alone, unique in the whole flow, blocks included.
 * F3 Layout, notes on the canvas and groups are apart from logic and are no part of the content hash.
 */

import { z } from 'zod';
import { budgetSchema } from './budget.ts';
import { DURATION } from './duration.ts';
import { isJson } from './path.ts';

export const ID = /^[a-z][a-z0-9_]{0,62}$/;
export const KIND = /^[a-z][a-z0-9_.]{0,62}@[1-9][0-9]{0,3}$/;
/** `step` or `step.port`. */
export const AFTER = /^[a-z][a-z0-9_]{0,62}(\.[a-z][a-z0-9_]{0,62})?$/;

const id = z.string().regex(ID, 'an id: a lower-case letter, then lower-case letters, digits or _ (63 at most)');
const kind = z.string().regex(KIND, 'a step kind as name@version, e.g. http.request@1');
const duration = z.string().regex(DURATION, 'a duration as <int>(ms|s|m|h|d), e.g. 30s');
const expression = z.string().min(1);
const text = z.string().max(10_000);
/** Any JSON value. One walk instead of zod's union per value: a 2 MB document costs milliseconds, not a second. */
export const jsonValue = z.custom<Json>(isJson, 'a JSON value');

/** Extra tries after a problem: `max` tries, waiting delay × factor^n (at most cap), spread by jitter. */
export const retrySchema = z.strictObject({
  max: z.int().min(0).max(1000),
  delay: duration.optional(),
  factor: z.number().min(1).max(100).optional(),
  cap: duration.optional(),
  jitter: z.boolean().optional(),
  when: expression.optional(),
});

/** The short form of a block around one step. */
export const eachSchema = z.strictObject({
  over: z.union([expression, z.array(jsonValue)]),
  concurrency: z.int().min(1).max(1000).optional(),
  onItem: z.enum(['stop', 'collect']).optional(),
});

export const stepSchema = z.strictObject({
  id,
  kind,
  name: z.string().max(200).optional(),
  note: text.optional(),
  after: z.array(z.string().regex(AFTER, 'a step id, or step.port')).max(1000).optional(),
  join: z.enum(['all', 'any', 'first']).optional(),
  with: z.record(z.string(), jsonValue).optional(),
  each: eachSchema.optional(),
  retry: retrySchema.optional(),
  onProblem: z.enum(['stop', 'continue', 'port']).optional(),
  timeout: duration.optional(),
  disabled: z.boolean().optional(),
  narrow: z.array(z.string().max(500)).max(100).optional(),
});

export const triggerSchema = z.strictObject({
  id,
  kind,
  name: z.string().max(200).optional(),
  note: text.optional(),
  disabled: z.boolean().optional(),
  with: z.record(z.string(), jsonValue).optional(),
});

/** `key`: an expression over input and trigger; runs of one key share the limit. Without it, the whole flow does. */
export const settingsSchema = z.strictObject({
  timeout: duration.optional(),
  concurrency: z
    .union([
      z.int().min(1).max(10_000),
      z.strictObject({ limit: z.int().min(1).max(10_000), key: expression.optional() }),
    ])
    .optional(),
  rate: z.strictObject({ max: z.int().min(1).max(1_000_000), per: duration, key: expression.optional() }).optional(),
  debounce: z.strictObject({ for: duration, key: expression.optional() }).optional(),
  priority: z.int().min(-100).max(100).optional(),
  idempotency: expression.optional(),
  errorFlow: z.string().max(200).optional(),
  budget: budgetSchema.optional(),
});

const point = z.tuple([z.number(), z.number()]);
const size = z.tuple([z.number().min(1).max(10_000), z.number().min(1).max(10_000)]);
const boxes = <S extends z.ZodType>(schema: S) =>
  z.record(id, schema).refine((all) => Object.keys(all).length <= 1000, 'at most 1000');

/** A text on the canvas, beside the steps. `block`: the block it stands in, from whose corner `at` is counted. */
export const canvasNoteSchema = z.strictObject({
  text,
  at: point,
  size: size.optional(),
  block: id.optional(),
});

/** A frame around steps, triggers and notes of one level of the flow. */
export const groupSchema = z.strictObject({
  name: z.string().min(1).max(200),
  holds: z.array(id).max(10_000),
});

export const flowSchema = z.strictObject({
  headgate: z.literal(1),
  name: z.string().min(1).max(200),
  description: text.optional(),
  input: z.record(z.string(), jsonValue).optional(),
  triggers: z.array(triggerSchema).max(1000).optional(),
  steps: z.array(stepSchema).max(10_000),
  output: jsonValue.optional(),
  settings: settingsSchema.optional(),
  layout: z.record(z.string(), point).optional(),
  notes: boxes(canvasNoteSchema).optional(),
  groups: boxes(groupSchema).optional(),
});

/** What of a flow file is about how one looks at it. */
export const LOOKS = ['layout', 'notes', 'groups'] as const;

export type Json = z.core.util.JSONType;
export type Retry = z.infer<typeof retrySchema>;
export type Step = z.infer<typeof stepSchema>;
export type Trigger = z.infer<typeof triggerSchema>;
export type Settings = z.infer<typeof settingsSchema>;
export type Flow = z.infer<typeof flowSchema>;
export type CanvasNote = z.infer<typeof canvasNoteSchema>;
export type Group = z.infer<typeof groupSchema>;

/** Kinds that hold steps in `with.steps`. */
export const BLOCKS = ['each@1', 'repeat@1', 'agent@1'] as const;

/** The one reserved port: fires when a step with `onProblem: "port"` has a problem. */
export const PROBLEM_PORT = 'problem';

/** Schema of the `with` of `each@1`. */
export const eachWith = z.strictObject({
  over: z.union([expression, z.array(jsonValue)]),
  concurrency: z.int().min(1).max(1000).optional(),
  onItem: z.enum(['stop', 'collect']).optional(),
  steps: z.array(stepSchema).max(10_000),
  result: jsonValue.optional(),
});

/** Schema of the `with` of `repeat@1`. `until` sees the steps of the turn just ended. */
export const repeatWith = z.strictObject({
  until: expression,
  max: z.int().min(1).max(100_000),
  steps: z.array(stepSchema).max(10_000),
  result: jsonValue.optional(),
});

/**
 * What the form of a flow file says of the `with` of `agent@1`: that it holds steps. They are its tools, each with its own
 * powers; the rest is judged by the kind, as of any step.
 */
export const agentWith = z.looseObject({ steps: z.array(stepSchema).max(50) });

export type EachWith = z.infer<typeof eachWith>;
export type RepeatWith = z.infer<typeof repeatWith>;
