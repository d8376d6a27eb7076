/** What all steps that ask models have in common: fields of their settings, and the power that those ask for. */

import { DURATION, MODEL_NAME, milliseconds, type Need, z } from '@headgate/core/step';

/** A call holds a place for as long as it lasts. */
const LONGEST = 3_600_000;

const duration = (what: string) =>
  z
    .string()
    .regex(DURATION, 'a duration as <int>(ms|s|m|h|d), e.g. 30s')
    .refine((text) => (milliseconds(text) ?? Number.POSITIVE_INFINITY) <= LONGEST, 'a duration of at most 1h')
    .optional()
    .describe(what);

/** The model that comes with the server. */
export const OFFLINE = 'offline/embeddings-en';

export const modelName = z.string().max(300).regex(MODEL_NAME, 'provider/model, e.g. openai/gpt-5-mini');

/** Fields of every step that asks a model. */
export const askFields = {
  model: modelName
    .meta({ format: 'model' })
    .describe(
      'The model, as provider/model, e.g. local/llama3.2. Writing it plainly lets the power be lent for that model alone.',
    ),
  fallbacks: z
    .array(modelName)
    .max(5)
    .optional()
    .describe('Models that are asked, one after the other, when the one before is busy, down or unknown.'),
  timeout: duration('The longest time for all of it, tries and fallbacks included, e.g. 2m. Left out: 2m.'),
  tries: z.int().min(0).max(5).optional().describe('Further tries of one model that is busy or down. Left out: 2.'),
};

/** Those that are seldom set: in the form of a step they stand after what it asks. */
export const { model: askModel, ...askRest } = askFields;

/** What an answer took, as steps give it. */
export const usageOf = z
  .strictObject({ input: z.int(), output: z.int(), cached: z.int(), money: z.int() })
  .describe('Tokens in and out, those of them that the provider still had, and millionths of money.');

type Asked = {
  readonly model: string;
  readonly fallbacks?: readonly string[] | undefined;
  readonly timeout?: string | undefined;
  readonly tries?: number | undefined;
};

export const askOf = ({ model, fallbacks = [], timeout = '2m', tries = 2 }: Asked) => ({
  models: [model, ...fallbacks],
  timeout: milliseconds(timeout) ?? 120_000,
  tries,
});

const computed = (value: unknown): boolean => typeof value === 'string' && value.includes('{{');

const needOf = (model: unknown): Need => {
  const open = typeof model !== 'string' || computed(model) || !MODEL_NAME.test(model);
  const scope = open ? '*' : model;
  return {
    power: 'model',
    scope,
    // A grant for a number of tokens will do: whether it is enough is judged when the model is asked.
    least: `${scope}, 1 tokens a run`,
    ...(open ? { computed: true as const } : {}),
    sentence: open
      ? 'Ask whatever model an expression names.'
      : `Ask the model ${model}, with what stands in this step.`,
  };
};

/** One need for each model that the settings name. */
export const modelNeeds = (raw: Record<string, unknown>): readonly Need[] => {
  const { model, fallbacks } = raw;
  const all = [
    model,
    ...(Array.isArray(fallbacks) ? (fallbacks as readonly unknown[]) : fallbacks === undefined ? [] : ['{{']),
  ];
  const needs = all.map(needOf);
  return needs.filter((need, i) => needs.findIndex((other) => other.scope === need.scope) === i);
};
