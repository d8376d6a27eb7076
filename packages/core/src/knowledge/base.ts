/**
 * Knowledge bases of projects: what documents are cut into, where they come from, and who may find something in them.
 *
 * KB1 A base is named as tables are: flows and powers name it by its name, routes by its id.
 */

import { z } from 'zod';
import { KNOWLEDGE_LIMITS } from './limits.ts';
import { siteSpec } from './site-spec.ts';

export const knowledgeName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_-]{0,99}$/, 'a name of letters, digits, _ and -, beginning with a letter');

/** How documents are cut. Sizes are characters; what two neighbours share is `overlap`. */
export const chunker = z
  .strictObject({
    cut: z
      .enum(['characters', 'headings', 'sentences'])
      .describe(
        'characters: pieces of one size; headings: at the headings of Markdown and HTML, then by size; sentences: at the ends of paragraphs and sentences.',
      ),
    size: z.int().min(200).max(8_000).describe('Characters of a piece at most.'),
    overlap: z.int().min(0).max(2_000).describe('Characters that a piece has of the end of the one before.'),
  })
  .refine(({ size, overlap }) => overlap <= size / 2, 'an overlap of half the size at most');
export type Chunker = Readonly<z.output<typeof chunker>>;

export const DEFAULT_CHUNKER: Chunker = { cut: 'headings', size: 1_200, overlap: 150 };

/** What is written about a document besides its text, for conditions. */
export const documentMeta = z
  .record(
    z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,49}$/, 'a name of letters, digits and _'),
    z.union([z.string().max(500), z.number(), z.boolean()]),
  )
  .refine((meta) => Object.keys(meta).length <= 20, 'at most 20 entries');
export type DocumentMeta = Readonly<z.output<typeof documentMeta>>;

/** Where documents come from. */
export const sourceSpec = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('files'),
    path: z
      .string()
      .min(1)
      .max(1_000)
      .describe('A file of the project, or a folder, which ends in /; * is all files of the project.'),
  }),
  z.strictObject({
    kind: z.literal('table'),
    table: z.string().min(1).max(100).describe('A table of the project, by its name: each row is a document.'),
    columns: z.array(z.string().min(1).max(100)).min(1).max(20).describe('The columns whose texts are read.'),
  }),
  siteSpec,
]);
export type SourceSpec = Readonly<z.output<typeof sourceSpec>>;

export const DOCUMENT_STATES = ['waiting', 'ready', 'failed'] as const;
export type DocumentState = (typeof DOCUMENT_STATES)[number];

/** What a flow, or a person, asks for. */
export const question = z.string().trim().min(1).max(KNOWLEDGE_LIMITS.question);
