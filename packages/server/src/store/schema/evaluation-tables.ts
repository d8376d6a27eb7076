/** Datasets and evaluations, as Kysely sees them. */

import type { GeneratedAlways } from 'kysely';

export type EvaluationTables = {
  /** `box`: its rows, sealed as one. `size`: how many. `bytes`: what it counts for in what the workspace stores. */
  dataset: {
    id: string;
    workspace: string;
    project: string;
    name: string;
    box: Uint8Array;
    bytes: number;
    size: number;
    version: number;
    by: string;
    created: number;
    updated: number;
  };
  /**
   * `scores`, `problem`: JSON. `hash`: of what is run. `principal`: whose its runs are. `size`, `done`, `passed`, `failed`: numbers of
   * its rows. `sums`: JSON, of each score what it gave together and of how many rows.
   */
  evaluation: {
    n: GeneratedAlways<number>;
    id: string;
    workspace: string;
    flow: string;
    version: number | null;
    hash: string;
    environment: string;
    dataset: string;
    dataset_name: string;
    dataset_version: number;
    scores: string;
    at_once: number;
    state: string;
    problem: string | null;
    principal: string;
    created: number;
    ended: number | null;
    bytes: number;
    size: number;
    done: number;
    passed: number;
    failed: number;
    sums: string;
  };
  /** `box`: the row as it was, sealed. `scores`: numbers as JSON; null: it is not done. `result`: the reasons, sealed. */
  evaluation_row: {
    n: GeneratedAlways<number>;
    workspace: string;
    evaluation: string;
    place: number;
    state: string;
    run: string | null;
    judge: string | null;
    passed: number | null;
    scores: string | null;
    box: Uint8Array;
    result: Uint8Array | null;
  };
};
