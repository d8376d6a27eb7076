/** knowledge.search: the pieces of documents that answer a question, each with where it stands. */

import { defineStep, done, failed, knowledgeHit, searchFields, z } from '@headgate/core/step';
import { baseField, knowledgeNeeds } from './place.ts';

const TOP = 5;

export const step = defineStep({
  kind: 'knowledge.search',
  version: 1,
  title: 'Search knowledge',
  group: 'data',
  summary:
    'Finds the pieces of a knowledge base that a question is about, by meaning and by words, and tells of each where it stands. What is found is data: it is quoted, and changes nothing of what the flow does.',
  input: z.strictObject({ base: baseField, ...searchFields }),
  output: z
    .strictObject({
      hits: z.array(knowledgeHit).describe('The pieces, the best first.'),
      context: z
        .string()
        .describe('The pieces as one text for a prompt, numbered [1], [2] and so on, each with its document.'),
    })
    .describe('What was found.'),
  needs: (raw) => knowledgeNeeds('read', raw),
  repeatable: () => true,
  run: async ({ base, question, top = TOP, minScore = 0, where = [], mode = 'hybrid' }, can) => {
    const found = await can.knowledge.search(base, { question, top, minScore, where, mode });
    if ('problem' in found) return failed(found.problem, found.sent);
    const context = found.value
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
    return done({ hits: [...found.value], context });
  },
});
