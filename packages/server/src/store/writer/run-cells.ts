/**
 * A run's row as a flat list of cells, in the order of the columns below: what travels to the journal worker (one flat
 * array a group costs the main thread less than half of what objects or JSON text do) and what its statements bind.
 */

export type Cell = string | number | null;

/** Columns of table `run` in the order of the cells. Those from `state` on may change after the first write. */
// biome-ignore format: the order is the point
export const RUN_COLUMNS = [
  'id', 'workspace', 'project', 'owner', 'flow', 'version', 'hash', 'environment', 'trigger_id', 'trigger_kind', 'principal',
  'idempotency_key', 'parent', 'rerun_of', 'created',
  'state', 'open', 'priority', 'limit_key', 'problem_code', 'problem_step', 'started', 'ended', 'wake', 'seq',
] as const;

/** How many of the columns never change. */
export const FIXED = RUN_COLUMNS.indexOf('state');

/** Cells of one write: the row, then the first seq, the count and the text of the events. */
export const WRITE_CELLS = RUN_COLUMNS.length + 3;
