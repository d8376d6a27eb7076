/**
 * What a provider of models is: one document of data, from which follow the address that is asked, how its key is sent, and
 * what its models take, give and cost. Nothing of it is code; another provider is another file (docs/guides/models.md).
 *
 * MP1 Unknown members are refused, so that a rule which is written is a rule that is kept.
 * MP2 A document holds no key, only the header one goes in.
 * MP3 Prices are money for a million tokens: with micro-units of the same currency that is micro-units for one token.
 */

import { z } from 'zod';
import type { Problem } from '../problem.ts';
import { problem } from '../problem.ts';

/** The name of a provider, and the part of a model's name before the first slash. */
export const PROVIDER_NAME = /^[a-z0-9][a-z0-9_.-]{0,62}$/;
export const PROVIDER_NAME_IS = 'a name of lower-case letters, digits, _, . and -';
/** The name of a model as its provider says it. */
export const MODEL_ID = /^[A-Za-z0-9][A-Za-z0-9._:@+-]*(\/[A-Za-z0-9][A-Za-z0-9._:@+-]*)*$/;
export const MODEL_ID_IS = 'the name of a model as its provider says it, e.g. llama3.2:3b';
/** `provider/model`, as steps and powers name it. */
export const MODEL_NAME = /^[a-z0-9][a-z0-9_.-]*(\/[A-Za-z0-9][A-Za-z0-9._:@+-]*)+$/;

/** What models do. */
export const MODEL_TASKS = ['chat', 'embed', 'rerank', 'image', 'transcribe', 'say'] as const;
export type ModelTask = (typeof MODEL_TASKS)[number];

/** Which words are spoken to it. `offline`: a model that comes with the server; `local`: models that its admin put on it. */
export const ADAPTERS = ['openai', 'openai-compatible', 'anthropic', 'google', 'offline', 'local'] as const;

const text = (most: number) => z.string().min(1).max(most);
const count = z.int().min(1).max(100_000_000);
const money = z.number().min(0).max(1_000_000);

export const modelPrice = z
  .strictObject({
    in: money.describe('What goes in.'),
    out: money.optional().describe('What comes out.'),
    cached: money.optional().describe('What goes in and the provider still had; left out: as `in`.'),
  })
  .describe('Money for a million tokens, in the currency of the instance.');
export type ModelPrice = z.output<typeof modelPrice>;

/** One model: as a document of a provider lists it, and as a workspace may list its own. */
export const modelSpec = z.strictObject({
  id: z.string().max(200).regex(MODEL_ID, MODEL_ID_IS),
  title: text(100).optional(),
  does: z.array(z.enum(MODEL_TASKS)).min(1).max(6).optional().describe('Left out: chat.'),
  takes: z
    .array(z.enum(['text', 'image', 'audio', 'file']))
    .min(1)
    .max(4)
    .optional()
    .describe('What may go in. Left out: text.'),
  context: count.optional().describe('Tokens that go in and come out together.'),
  output: count.optional().describe('Tokens that come out at most.'),
  dimensions: count.optional().describe('Of an embedding.'),
  price: modelPrice.optional().describe('Left out: nothing is charged but tokens.'),
});
export type ModelSpec = z.output<typeof modelSpec>;

export const providerSchema = z.strictObject({
  name: z.string().regex(PROVIDER_NAME, PROVIDER_NAME_IS),
  title: text(60),
  summary: text(300),
  docs: z.url().max(300).optional().describe('Where it says how a key is had.'),
  adapter: z.enum(ADAPTERS),
  baseUrl: z.url().max(300).optional().describe('Where it is asked. Left out: whoever sets it up says it.'),
  example: z.string().max(300).optional().describe('What such an address looks like.'),
  key: z
    .strictObject({
      header: z.string().regex(/^[a-z][a-z0-9-]{0,60}$/),
      bearer: z.boolean().describe('After the word Bearer.'),
      needed: z.boolean(),
    })
    .describe('How its key is sent, and whether it asks for one.'),
  priced: z.string().max(40).optional().describe('Of when the prices are.'),
  models: z.array(modelSpec).max(200).describe('Those that are known. None: any name is taken.'),
});

/** A kind of provider, as one of the documents tells of it. */
export type ProviderKind = z.output<typeof providerSchema>;

/** Reads a document; what is wrong with it otherwise. */
export const readProvider = (
  doc: unknown,
): { readonly ok: true; readonly provider: ProviderKind } | { readonly ok: false; readonly problem: Problem } => {
  const read = providerSchema.safeParse(doc);
  if (read.success) return { ok: true, provider: read.data };
  const [issue] = read.error.issues;
  const field = issue?.path.join('.') ?? '';
  return {
    ok: false,
    problem: problem(
      'input.invalid',
      `${field === '' ? 'The document' : field}: ${issue?.message ?? 'not understood'}`,
    ),
  };
};
