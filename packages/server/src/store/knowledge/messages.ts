/** What goes between the main thread and the one that searches, and to the one that builds a graph. */

import type { KnowledgeHit, Problem } from '@headgate/core';
import type { KnowledgeAsk } from '../knowledge.ts';

export type SearchAsk = KnowledgeAsk & { readonly id: number; readonly workspace: string };

/** A base has another graph than it had. */
export type Renewed = { readonly renewed: string };

/** `hits` null: there is no such base for who asked. */
export type SearchAnswer =
  | { readonly id: number; readonly hits: readonly KnowledgeHit[] | null }
  | { readonly id: number; readonly problem: Problem };

/** A base is to have a new graph. */
export type Wanted = { readonly wanted: { readonly workspace: string; readonly base: string } };

/** `graphFrom`: vectors of a base from which on it has a graph. `graphs`: the folder of their files. */
export type SearchSettings = { readonly path: string; readonly graphs: string; readonly graphFrom: number };

export type BuildSettings = {
  readonly path: string;
  readonly file: string;
  readonly workspace: string;
  readonly base: string;
};
