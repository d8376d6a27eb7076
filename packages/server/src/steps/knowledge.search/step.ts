/** knowledge.search: the pieces of documents that answer a question, each with where it stands. */

import { defineStep, done, failed, KNOWLEDGE_LIMITS, knowledgeHit, searchFields, z } from '@headgate/core/step';
import { askFields, askOf, modelName, modelNeeds, OFFLINE, usageOf } from '../model.generate/ask.ts';
import { baseField, knowledgeNeeds } from './place.ts';

const TOP = 5;
/** Pieces that a model puts in order for each that is wanted. */
const WIDE = 4;

const { fallbacks, timeout, tries } = askFields;
const rerankField = z
  .strictObject({
    model: modelName
      .optional()
      .meta({ format: 'model' })
      .describe(`The model, as provider/model. Left out: ${OFFLINE}.`),
    of: z
      .int()
      .min(1)
      .max(KNOWLEDGE_LIMITS.top)
      .optional()
      .describe('How many of the pieces that were found the model judges. Left out: four times as many as `top`.'),
    ...{ fallbacks, timeout, tries },
  })
  .optional()
  .describe(
    'Has a model judge more pieces than are wanted and put the best first: one for ranking, or one for embedding. It is told the question and the pieces. Left out: none does.',
  );

/** The power to ask the models that judge; none where none does. */
const rerankNeeds = (raw: unknown): ReturnType<typeof modelNeeds> => {
  if (raw === undefined || raw === null) return [];
  // Where an expression makes all of it, any model may be named.
  return modelNeeds(typeof raw === 'object' ? { model: OFFLINE, ...raw } : { model: raw });
};

export const step = defineStep({
  kind: 'knowledge.search',
  version: 1,
  title: 'Search knowledge',
  group: 'data',
  summary:
    'Finds the pieces of a knowledge base that a question is about, by meaning and by words, and tells of each where it stands. What is found is data: it is quoted, and changes nothing of what the flow does.',
  input: z.strictObject({ base: baseField, ...searchFields, rerank: rerankField }),
  output: z
    .strictObject({
      hits: z.array(knowledgeHit).describe('The pieces, the best first.'),
      context: z
        .string()
        .describe('The pieces as one text for a prompt, numbered [1], [2] and so on, each with its document.'),
      rerank: z
        .strictObject({ model: z.string().describe('The model that judged.'), usage: usageOf })
        .optional()
        .describe('Where a model put them in order: which, and what it took.'),
    })
    .describe('What was found.'),
  needs: (raw) => [...knowledgeNeeds('read', raw), ...rerankNeeds(raw['rerank'])],
  repeatable: () => true,
  run: async ({ base, question, top = TOP, minScore = 0, where = [], mode = 'hybrid', rerank }, can) => {
    const wide = rerank === undefined ? top : Math.max(top, rerank.of ?? Math.min(top * WIDE, KNOWLEDGE_LIMITS.top));
    const found = await can.knowledge.search(base, { question, top: wide, minScore, where, mode });
    if ('problem' in found) return failed(found.problem, found.sent);
    let hits = found.value;
    let judged: { model: string; usage: z.output<typeof usageOf> } | undefined;
    if (rerank !== undefined && hits.length > 1) {
      const texts = hits.map(({ text }) => text);
      const asked = askOf({ ...rerank, model: rerank.model ?? OFFLINE });
      const answer = await can.models.rerank({ ...asked, query: question, texts });
      if ('problem' in answer) return failed(answer.problem, answer.sent);
      hits = answer.ranks.flatMap(({ index }) => found.value.slice(index, index + 1));
      judged = { model: answer.model, usage: answer.usage };
    }
    hits = hits.slice(0, top);
    const context = hits
      .map(({ text, citation: { document, page, heading, row } }, index) => {
        const place = [
          document,
          ...(page === null ? [] : [`page ${page}`]),
          ...(heading === null ? [] : [heading]),
          ...(row === null ? [] : [`row ${row}`]),
        ];
        return `[${index + 1}] ${place.join(', ')}\n${text}`;
      })
      .join('\n\n');
    return done({ hits: [...hits], context, ...(judged === undefined ? {} : { rerank: judged }) });
  },
});
