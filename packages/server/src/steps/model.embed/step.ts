/** model.embed: texts as vectors, alike where they mean alike things. By itself with the model that comes with the server. */

import { defineStep, done, failed, z } from '@headgate/core/step';
import { askFields, askOf, modelName, modelNeeds, OFFLINE, usageOf } from '../model.generate/ask.ts';

/** Texts of one step: more of them in one value would be too large to hand on. */
const MOST = 500;

export const step = defineStep({
  kind: 'model.embed',
  version: 1,
  title: 'Embed texts',
  group: 'model',
  summary:
    'Gives a vector of numbers for each text: texts that mean alike things have vectors that lie near each other. Without a model named, one that comes with the server does it, for English, without network and without a key.',
  input: z.strictObject({
    ...askFields,
    model: modelName
      .optional()
      .meta({ format: 'model' })
      .describe(`The model, as provider/model. Left out: ${OFFLINE}.`),
    texts: z
      .array(z.string().max(100_000))
      .min(1)
      .max(MOST)
      .describe('The texts, e.g. {{ steps.pages.map(page => page.text) }}; 500 at most.'),
    dimensions: z
      .int()
      .min(1)
      .max(10_000)
      .optional()
      .describe('Numbers in a vector, where the model lets one choose. Left out: as many as it gives.'),
  }),
  output: z
    .strictObject({
      vectors: z.array(z.array(z.number())).describe('One for each text, in their order.'),
      dimensions: z.int().describe('Numbers in each.'),
      model: z.string().describe('The model that made them: compare vectors of one model alone.'),
      usage: usageOf,
    })
    .describe('The vectors.'),
  needs: (raw) => modelNeeds({ model: OFFLINE, ...raw }),
  metered: true,
  repeatable: () => true,
  run: async (given, can) => {
    const answer = await can.models.embed({
      ...askOf({ ...given, model: given.model ?? OFFLINE }),
      texts: given.texts,
      ...(given.dimensions === undefined ? {} : { dimensions: given.dimensions }),
    });
    if ('problem' in answer) return failed(answer.problem, answer.sent);
    const { vectors, model, usage } = answer;
    return done({ vectors, dimensions: vectors[0]?.length ?? 0, model, usage });
  },
});
