/** Turning a write into cells (run-cells.ts). Apart from them because the worker reads those and must import nothing of core. */

import { isOver } from '@headgate/core';
import type { RunWrite } from '../ports.ts';
import type { Cell } from './run-cells.ts';

/** Adds the cells of one write. */
export const pushWrite = (cells: Cell[], write: RunWrite): void => {
  const r = write.row;
  // biome-ignore format: as the columns above
  cells.push(
    r.id, r.workspace, r.project, r.owner, r.flow, r.version, r.hash, r.environment, r.triggerId, r.triggerKind, r.principal,
    r.idempotencyKey, r.parent, r.rerunOf, r.created,
    r.state, isOver(r.state) ? 0 : 1, r.priority, r.limitKey, r.problemCode, r.problemStep, r.started, r.ended, r.wake, r.seq,
    write.from, write.count, write.events,
  );
};
