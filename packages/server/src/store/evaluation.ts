/**
 * Datasets and evaluations as the store keeps them, as types. Rows and reasons lie sealed; `name` is what each opens by, in the
 * engine alone.
 */

import type { EvalRow, EvalScore, EvalSum, EvaluationState, Problem, Result, Scored } from '@headgate/core';
import type { Boxed } from './chat.ts';

export type DatasetRow = {
  readonly id: string;
  readonly project: string;
  readonly name: string;
  readonly rows: Boxed;
  readonly size: number;
  readonly version: number;
  readonly by: string;
  readonly created: number;
  readonly updated: number;
};

export type DatasetStore = {
  /** Without their rows. */
  list(project: string): Promise<Omit<DatasetRow, 'rows'>[]>;
  get(project: string, id: string): Promise<DatasetRow | null>;
  /** Problems `dataset.taken`, `dataset.many`. Null: no such project. */
  create(made: {
    id: string;
    project: string;
    name: string;
    rows: readonly EvalRow[];
    by: string;
    at: number;
  }): Promise<Result<DatasetRow> | null>;
  /** Writes it anew. `version`: only if it has this one. Problems `dataset.taken`, `dataset.stale`. Null: no such dataset. */
  put(
    project: string,
    id: string,
    to: { name: string; rows: readonly EvalRow[]; version?: number; by: string; at: number },
  ): Promise<Result<DatasetRow> | null>;
  remove(project: string, id: string): Promise<boolean>;
};

export type EvaluationRow = {
  readonly id: string;
  readonly flow: string;
  readonly version: number | null;
  readonly hash: string;
  readonly environment: string;
  readonly dataset: string;
  readonly datasetName: string;
  readonly datasetVersion: number;
  readonly scores: readonly EvalScore[];
  readonly atOnce: number;
  readonly state: EvaluationState;
  readonly problem: Problem | null;
  readonly principal: string;
  readonly created: number;
  readonly ended: number | null;
  /** What its rows came to so far. */
  readonly sum: EvalSum;
};

/** What one begins as. */
export type EvaluationMade = Omit<EvaluationRow, 'state' | 'problem' | 'ended' | 'sum'>;

/** One row of an evaluation. `result`: of each score, with why; null while it is not done. */
export type EvaluatedRow = {
  readonly place: number;
  readonly state: 'waiting' | 'running' | 'done';
  readonly run: string | null;
  readonly judge: string | null;
  readonly passed: boolean | null;
  readonly row: Boxed;
  readonly result: Boxed | null;
};

export type EvaluationStore = {
  /** The latest first; `next`: the cursor to go on from. */
  list(q: { flow: string; cursor?: string; limit: number }): Promise<{ rows: EvaluationRow[]; next: string | null }>;
  get(flow: string, id: string): Promise<EvaluationRow | null>;
  /** By its id alone: for the engine, which goes on with it. */
  byId(id: string): Promise<EvaluationRow | null>;
  /**
   * Begins one with these rows, all of them waiting. Of more than are kept of a flow, the oldest that is over goes. Problem
   * `evaluation.many`. Null: no such flow.
   */
  begin(made: EvaluationMade, rows: readonly EvalRow[]): Promise<Result<EvaluationRow> | null>;
  rows(id: string): Promise<EvaluatedRow[]>;
  /** The run that a row is about to have, written before that begins. False: the evaluation is over. */
  starts(id: string, place: number, run: string): Promise<boolean>;
  /** The run that is about to judge it. */
  judges(id: string, place: number, run: string): Promise<boolean>;
  /** What came of it. False: it is done already, or there is none. */
  settle(id: string, place: number, scores: readonly Scored[], passed: boolean | null): Promise<boolean>;
  /** False: it is over already. */
  end(id: string, state: Exclude<EvaluationState, 'running'>, problem: Problem | null, at: number): Promise<boolean>;
  /** `open`: it is under way. */
  remove(flow: string, id: string): Promise<'done' | 'missing' | 'open'>;
  /** Does this run, or one that it called, wait for a person? */
  asks(run: string): Promise<boolean>;
};

/** An evaluation that is not over. */
export type EvaluationAtWork = { readonly workspace: string; readonly id: string };

/** A run that nobody waits for any more. */
export type LeftRun = { readonly workspace: string; readonly run: string };
