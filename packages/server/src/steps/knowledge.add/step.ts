/** knowledge.add: puts a text into a knowledge base, in the place of what had its key. */

import { defineStep, documentMeta, done, failed, KNOWLEDGE_LIMITS, z } from '@headgate/core/step';
import { baseField, knowledgeNeeds } from '../knowledge.search/place.ts';

export const step = defineStep({
  kind: 'knowledge.add',
  version: 1,
  title: 'Add to knowledge',
  group: 'data',
  summary:
    'Puts a text into a knowledge base and is done when it can be found. With a key that is there already, it takes the place of what it was; the same text again changes nothing.',
  input: z.strictObject({
    base: baseField,
    key: z.string().min(1).max(500).describe('What the document is known by, e.g. ticket-{{ input.number }}.'),
    name: z.string().min(1).max(200).optional().describe('What it is called in citations. Left out: its key.'),
    text: z.string().min(1).max(KNOWLEDGE_LIMITS.given).describe('The text; Markdown is cut at its headings.'),
    meta: documentMeta.optional().describe('What conditions may ask about it, e.g. {"team": "support"}.'),
  }),
  output: z.strictObject({
    pieces: z.int().describe('Pieces that it was cut into.'),
    changed: z.boolean().describe('False: it was there already, just so.'),
  }),
  needs: (raw) => knowledgeNeeds('write', raw),
  repeatable: () => true,
  run: async ({ base, key, name = key, text, meta = {} }, can) => {
    const put = await can.knowledge.add(base, { key, name: name.slice(0, 200), text, meta });
    return 'problem' in put ? failed(put.problem, put.sent) : done(put.value);
  },
});
