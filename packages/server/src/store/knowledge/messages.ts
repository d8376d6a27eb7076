/** What goes between the main thread and the one that searches. */

import type { KnowledgeHit, Problem } from '@headgate/core';
import type { KnowledgeAsk } from '../knowledge.ts';

export type SearchAsk = KnowledgeAsk & { readonly id: number; readonly workspace: string };

/** `hits` null: there is no such base for who asked. */
export type SearchAnswer =
  | { readonly id: number; readonly hits: readonly KnowledgeHit[] | null }
  | { readonly id: number; readonly problem: Problem };

export type SearchSettings = { readonly path: string };
