/** knowledge.delete: takes a text out of a knowledge base that a flow put there. */

import { defineStep, done, failed, z } from '@headgate/core/step';
import { baseField, knowledgeNeeds } from '../knowledge.search/place.ts';

export const step = defineStep({
  kind: 'knowledge.delete',
  version: 1,
  title: 'Take out of knowledge',
  group: 'data',
  summary: 'Takes a text out of a knowledge base by its key. That there is none is no problem.',
  input: z.strictObject({
    base: baseField,
    key: z.string().min(1).max(500).describe('What the document is known by.'),
  }),
  output: z.strictObject({ deleted: z.boolean().describe('False: there was none of this key.') }),
  needs: (raw) => knowledgeNeeds('write', raw),
  repeatable: () => true,
  run: async ({ base, key }, can) => {
    const gone = await can.knowledge.remove(base, key);
    return 'problem' in gone ? failed(gone.problem, gone.sent) : done({ deleted: gone.value });
  },
});
