/** model.rerank: puts texts in the order in which they answer a question, by a model made for that or by their vectors. */

import { defineStep, done, failed, z } from '@headgate/core/step';
import { askFields, askOf, modelName, modelNeeds, OFFLINE, usageOf } from '../model.generate/ask.ts';

export const step = defineStep({
  kind: 'model.rerank',
  version: 1,
  title: 'Rank texts',
  group: 'model',
  summary:
    'Puts texts in the order in which they fit a question, the best first. A model for ranking judges each of them; a model for embedding compares their vectors, as the one does that comes with the server.',
  input: z.strictObject({
    ...askFields,
    model: modelName
      .optional()
      .meta({ format: 'model' })
      .describe(`The model, as provider/model. Left out: ${OFFLINE}.`),
    query: z.string().min(1).max(100_000).describe('What they are to fit, e.g. {{ input.question }}.'),
    texts: z.array(z.string().max(100_000)).min(1).max(500).describe('The texts; 500 at most.'),
    top: z.int().min(1).max(500).optional().describe('Only so many of the best. Left out: all of them.'),
  }),
  output: z
    .strictObject({
      items: z
        .array(z.strictObject({ index: z.int(), score: z.number(), text: z.string() }))
        .describe('The best first: its place in `texts`, how well it fits, and the text.'),
      model: z.string().describe('The model that judged.'),
      usage: usageOf,
    })
    .describe('The texts in their order.'),
  needs: (raw) => modelNeeds({ model: OFFLINE, ...raw }),
  metered: true,
  repeatable: () => true,
  run: async (given, can) => {
    const { query, texts, top = texts.length } = given;
    const answer = await can.models.rerank({ ...askOf({ ...given, model: given.model ?? OFFLINE }), query, texts });
    if ('problem' in answer) return failed(answer.problem, answer.sent);
    const items = answer.ranks.slice(0, top).map(({ index, score }) => ({ index, score, text: texts[index] ?? '' }));
    return done({ items, model: answer.model, usage: answer.usage });
  },
});
