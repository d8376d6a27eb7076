/**
 * What the gateway may ask of the engine about evaluations: their datasets, which lie sealed, begin one, look at it, hold two
 * against each other, stop one.
 */

import type { Principal } from '../access/permission.ts';
import type { ComparedRow } from '../evals/compare.ts';
import type { EvalRow, EvalScore } from '../evals/dataset.ts';
import type { EvalSum, Scored } from '../evals/score.ts';
import type { Problem, Result } from '../problem.ts';

export const EVALUATION_STATES = ['running', 'done', 'stopped', 'incomplete'] as const;
export type EvaluationState = (typeof EVALUATION_STATES)[number];

/** Times are ISO 8601. */
export type DatasetView = {
  readonly id: string;
  readonly name: string;
  readonly size: number;
  readonly version: number;
  readonly by: string;
  readonly created: string;
  readonly updated: string;
};

export type EvaluationView = {
  readonly id: string;
  readonly flow: string;
  /** Null: the draft of then. */
  readonly version: number | null;
  readonly environment: string;
  readonly dataset: { readonly id: string; readonly name: string; readonly version: number };
  readonly scores: readonly EvalScore[];
  readonly atOnce: number;
  readonly state: EvaluationState;
  /** Why it is not whole, where it ended before its last row. */
  readonly problem: Problem | null;
  readonly sum: EvalSum;
  readonly by: string;
  readonly created: string;
  readonly ended: string | null;
};

export type EvaluationRowView = EvalRow & {
  readonly state: 'waiting' | 'running' | 'done';
  readonly run: string | null;
  /** The run that judged it. */
  readonly judge: string | null;
  /** Null: not yet, or no score looks at it, since none applies or its run waits for a person. */
  readonly passed: boolean | null;
  /** In the order of the scores; empty while it is not done. */
  readonly scores: readonly Scored[];
};

export type EvaluationAsk = {
  readonly principal: Principal;
  readonly id: string;
  readonly flow: string;
  readonly dataset: string;
  readonly which: { readonly version?: number } | { readonly draft: true };
  readonly environment?: string;
  readonly scores: readonly EvalScore[];
  readonly atOnce: number;
};

export type EvaluationsPort = {
  /** The rows of a dataset; null: there is none of this id in the project. */
  readonly rows: (
    workspace: string,
    project: string,
    dataset: string,
  ) => Promise<(DatasetView & { readonly rows: readonly EvalRow[] }) | null>;
  /** Null: the project of the flow has no such dataset, or none that this one may read. */
  readonly begin: (ask: EvaluationAsk) => Promise<Result<EvaluationView> | null>;
  /** A page of them, the latest first. Null: there is no such flow. */
  readonly list: (
    workspace: string,
    flow: string,
    page: { readonly cursor?: string; readonly limit: number },
  ) => Promise<{ readonly evaluations: readonly EvaluationView[]; readonly next: string | null } | null>;
  /** `without`: tells by its place whether a row is left out. */
  readonly look: (
    workspace: string,
    flow: string,
    id: string,
    without?: (place: number) => boolean,
  ) => Promise<(EvaluationView & { readonly rows: readonly EvaluationRowView[] }) | null>;
  /** Null: one of them is not there. */
  readonly compare: (
    workspace: string,
    flow: string,
    before: string,
    after: string,
  ) => Promise<{ readonly scores: readonly string[]; readonly rows: readonly ComparedRow[] } | null>;
  /** No further row is begun, and the runs under way are cancelled. */
  readonly stop: (who: Principal, flow: string, id: string) => Promise<Result<EvaluationView> | null>;
};
