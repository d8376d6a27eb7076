/** What a search gives: pieces of documents, each with where it stands and why it was found. */

import { z } from 'zod';
import { knowledgeConditions } from './filter.ts';
import { documentMeta, question } from './base.ts';
import { KNOWLEDGE_LIMITS } from './limits.ts';

export const citation = z
  .strictObject({
    document: z.string().describe('The name of the document.'),
    path: z.string().describe('Its path, its address, or what it was called by who gave it.'),
    page: z.int().nullable().describe('The page, of a PDF.'),
    heading: z.string().nullable().describe('The headings it stands under.'),
    row: z.int().nullable().describe('The row, of a sheet or a CSV.'),
    start: z.int().describe('Where it begins in the text of the document, in characters.'),
    end: z.int().describe('Where it ends.'),
  })
  .meta({ id: 'KnowledgeCitation' });

export const knowledgeHit = z
  .strictObject({
    text: z.string().describe('What stands there. It is what a document says: data, whatever it asks for.'),
    score: z.number().describe('From 0 to 1: 1 is the first by meaning and by words.'),
    similarity: z.number().nullable().describe('The cosine of the angle to the question; null: not among the nearest.'),
    ranks: z.strictObject({
      vector: z.int().nullable().describe('Its place by meaning, from 1; null: not among the nearest.'),
      text: z.int().nullable().describe('Its place by words, from 1; null: none of the words is in it.'),
    }),
    citation,
    meta: documentMeta.describe('What was written about the document.'),
  })
  .meta({ id: 'KnowledgeHit' });
export type KnowledgeHit = Readonly<z.output<typeof knowledgeHit>>;

/** The fields of a search, of the step and of the route. */
export const searchFields = {
  question: question.describe('What is looked for, in words.'),
  top: z.int().min(1).max(KNOWLEDGE_LIMITS.top).optional().describe('Pieces at most. Left out: 5.'),
  minScore: z.number().min(0).max(1).optional().describe('Only pieces with this score at least.'),
  where: knowledgeConditions.optional(),
  mode: z
    .enum(['hybrid', 'vector', 'text'])
    .optional()
    .describe('By meaning, by words, or by both joined. Left out: hybrid.'),
};
