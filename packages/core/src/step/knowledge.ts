/**
 * What a `data` need for knowledge lends a step: bases of the project of its flow, by name. Every use is judged at the moment
 * it happens.
 *
 * SK1 What is found is data: it changes nothing of what the step does.
 */

import type { DocumentMeta } from '../knowledge/base.ts';
import type { KnowledgeCondition } from '../knowledge/filter.ts';
import type { KnowledgeHit } from '../knowledge/hit.ts';
import type { Problem } from '../problem.ts';
import type { Refused } from './files.ts';

type Done<T> = Promise<{ readonly value: T } | Refused>;

export type KnowledgeQuery = {
  readonly question: string;
  readonly top: number;
  readonly minScore: number;
  readonly where: readonly KnowledgeCondition[];
  readonly mode: 'hybrid' | 'vector' | 'text';
};

export type GivenDocument = {
  /** What it is found again by: given anew, it takes the place of what it was. */
  readonly key: string;
  readonly name: string;
  readonly text: string;
  readonly meta: DocumentMeta;
};

export type StepKnowledge = {
  search(base: string, query: KnowledgeQuery): Done<readonly KnowledgeHit[]>;
  /** Done when it can be found. `changed` false: it was there already, just so. */
  add(base: string, document: GivenDocument): Done<{ readonly pieces: number; readonly changed: boolean }>;
  /** False: there was none of this key. */
  remove(base: string, key: string): Done<boolean>;
};

/** For steps and tests that were lent none. */
export const noKnowledge = (problem: Problem): StepKnowledge => {
  const refuse = () => Promise.resolve({ problem, sent: 'no' as const });
  return { search: refuse, add: refuse, remove: refuse };
};
