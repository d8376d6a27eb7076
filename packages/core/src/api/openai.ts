/**
 * Chats for clients of OpenAI, which find them under the addresses that such clients ask: a flow whose chat trigger names a
 * `model` is that model. They are the same doors as those of chat.ts, in other words.
 *
 * OA1 Errors come in OpenAI's envelope, with our statuses; a key comes in a header alone.
 * OA2 How a model is asked (temperature, lengths) is the flow's business: such fields are taken and change nothing. What would
 *     change what is answered is refused: tools, which a flow has itself or not at all, in words of their own; formats, as every
 *     unknown field is (API-09).
 */

import { z } from 'zod';
import { type Contract, route } from './route.ts';
import { json } from './shapes.ts';

const tags = ['openai'] as const;
const problems = [
  'missing',
  'chat.none',
  'chat.slow',
  'chat.full',
  'flow.disabled',
  'requests.limit',
  'streams.limit',
  'chat.tools',
  'chat.kind',
  'chat.size',
  'field.wrong',
] as const;

const model = z.string().min(1).max(200);
const number = z.number().nullish();

/** What clients send, and flows decide for themselves. */
const DECIDED = {
  temperature: number,
  top_p: number,
  presence_penalty: number,
  frequency_penalty: number,
  seed: number,
  stop: z.union([z.string(), z.array(z.string())]).nullish(),
  user: z.string().max(500).nullish(),
  safety_identifier: z.string().max(500).nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
  store: z.boolean().nullish(),
};

const part = z.strictObject({
  type: z.enum(['text', 'input_text', 'output_text']),
  text: z.string(),
  annotations: json.optional(),
});
const detail = z.enum(['auto', 'low', 'high', 'original']).nullish();
const url = z.string().min(1).describe('A data: URL; nothing is fetched from an address');
const picture = z.strictObject({ type: z.literal('image_url'), image_url: z.strictObject({ url, detail }) });
const pictureIn = z.strictObject({ type: z.literal('input_image'), image_url: url, detail });
const content = z.union([z.string(), z.array(z.union([part, picture, pictureIn])).max(200)]);

/** What a caller offers the model of its own; a flow takes none. */
const OFFERED = {
  tools: z.array(json).max(200).nullish(),
  tool_choice: json.nullish(),
  parallel_tool_calls: z.boolean().nullish(),
};
const message = z.strictObject({
  role: z.enum(['system', 'developer', 'user', 'assistant']),
  content,
  name: z.string().max(200).optional(),
});

/** The text of a content. */
export const contentText = (given: z.output<typeof content>): string =>
  typeof given === 'string' ? given : given.flatMap((one) => ('text' in one ? [one.text] : [])).join('\n');

/** The addresses of its pictures. */
export const contentPictures = (given: z.output<typeof content>): readonly string[] =>
  typeof given === 'string'
    ? []
    : given.flatMap((one) =>
        one.type === 'image_url' ? [one.image_url.url] : one.type === 'input_image' ? [one.image_url] : [],
      );

/** Does a caller want tools of its own used? */
export const offersTools = ({
  tools,
  tool_choice: choice,
}: {
  readonly tools?: readonly unknown[] | null | undefined;
  readonly tool_choice?: unknown;
}): boolean =>
  (tools ?? []).length > 0 || !(choice === undefined || choice === null || choice === 'none' || choice === 'auto');

/** The same route under the address of OpenAI's clients and under our own. */
export const complete = route({
  method: 'POST',
  path: '/v1/chat/completions',
  needs: 'run',
  on: 'any',
  body: z.strictObject({
    model,
    messages: z.array(message).min(1).max(1_000),
    stream: z.boolean().nullish(),
    stream_options: z
      .strictObject({ include_usage: z.boolean().optional(), include_obfuscation: z.boolean().optional() })
      .nullish(),
    n: z.literal(1).nullish(),
    max_tokens: number,
    max_completion_tokens: number,
    reasoning_effort: z.string().nullish(),
    ...OFFERED,
    ...DECIDED,
  }),
  answers: {
    200: z.strictObject({
      id: z.string(),
      object: z.literal('chat.completion'),
      created: z.int(),
      model: z.string(),
      choices: z.array(
        z.strictObject({
          index: z.int(),
          message: z.strictObject({ role: z.literal('assistant'), content: z.string(), refusal: z.null() }),
          logprobs: z.null(),
          finish_reason: z.literal('stop'),
        }),
      ),
      usage: z.strictObject({ prompt_tokens: z.int(), completion_tokens: z.int(), total_tokens: z.int() }),
    }),
  },
  problems,
  summary:
    'Chat completions as OpenAI has them, of a flow that is a model; with `stream` as server-sent events. Nothing is kept: the messages are all that was said',
  tags,
});

const item = z.union([
  z.strictObject({
    type: z.literal('message').optional(),
    id: z.string().optional(),
    status: z.string().optional(),
    role: z.enum(['system', 'developer', 'user', 'assistant']),
    content,
  }),
]);

export const respond = route({
  method: 'POST',
  path: '/v1/responses',
  needs: 'run',
  on: 'any',
  body: z.strictObject({
    model,
    input: z.union([z.string().min(1).max(100_000), z.array(item).min(1).max(1_000)]),
    instructions: z.string().max(100_000).nullish(),
    previous_response_id: z
      .string()
      .min(1)
      .max(200)
      .nullish()
      .describe('An earlier response, or a session by its name'),
    stream: z.boolean().nullish(),
    max_output_tokens: number,
    reasoning: z.record(z.string(), json).nullish(),
    truncation: z.string().nullish(),
    include: z.array(z.string()).max(0).nullish(),
    ...OFFERED,
    ...DECIDED,
  }),
  answers: { 200: z.record(z.string(), json).describe('A response as OpenAI has it') },
  problems,
  summary:
    'Responses as OpenAI has them, of a flow that is a model; with `stream` as server-sent events. `previous_response_id` goes on with the session',
  tags,
});

export const embed = route({
  method: 'POST',
  path: '/v1/embeddings',
  needs: 'run',
  on: 'any',
  body: z.strictObject({
    model,
    input: z.union([z.string().min(1).max(100_000), z.array(z.string().min(1).max(100_000)).min(1).max(100)]),
    encoding_format: z.enum(['float', 'base64']).nullish(),
    dimensions: number,
    user: z.string().max(500).nullish(),
  }),
  answers: {
    200: z.strictObject({
      object: z.literal('list'),
      model: z.string(),
      data: z.array(
        z.strictObject({
          object: z.literal('embedding'),
          index: z.int(),
          embedding: z.union([z.array(z.number()), z.string()]),
        }),
      ),
      usage: z.strictObject({ prompt_tokens: z.int(), total_tokens: z.int() }).optional(),
    }),
  },
  problems: [...problems, 'chat.vector'],
  summary: 'Embeddings as OpenAI has them, of a flow that is a model and answers each text with a list of numbers',
  tags,
});

const modelRow = z.strictObject({
  id: z.string(),
  object: z.literal('model'),
  created: z.int(),
  owned_by: z.string(),
});

export const listOpenModels = route({
  method: 'GET',
  path: '/v1/models',
  needs: 'run',
  on: 'any',
  answers: { 200: z.strictObject({ object: z.literal('list'), data: z.array(modelRow) }) },
  summary: 'The flows that are models, as OpenAI lists models: those the caller may run',
  tags,
});

/** Under our own prefix, for clients whose base address is `/api/v1`. */
const ours = <C extends Contract>(contract: C): C => ({ ...contract, path: `/api${contract.path}` });
export const completeHere = ours(complete);
export const respondHere = ours(respond);
export const embedHere = ours(embed);
/** And below the prefix of Langflow's clients, which ask it there. */
export const respondMounted: typeof respond = { ...respond, path: '/api/langflow/api/v1/responses' };
