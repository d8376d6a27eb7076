/**
 * What a due time does: starts the flow's run, once, whatever happens in between (T1 in schedule.ts). False while no run
 * of anybody begins: the time is not used up.
 */

import { DEFAULT_ENVIRONMENT } from '../store/environment.ts';
import type { Store } from '../store/ports.ts';
import type { Alerts } from './alerts.ts';
import type { Flows } from './flows.ts';
import { hasOwner } from './owner.ts';
import type { Runs } from './runs.ts';
import type { Due } from './schedule.ts';
import { checkInput } from './starter.ts';

type Deps = {
  readonly store: Store;
  readonly flows: Flows;
  readonly runs: Runs;
  readonly journal: Store['journal'];
  readonly alerts: Alerts;
};

export const startDue = async (
  { store, flows, runs, journal, alerts }: Deps,
  { row, due, input }: Due,
): Promise<boolean> => {
  const warn = (text: string, data: Record<string, unknown>): true => {
    alerts.warn(text, data);
    return true;
  };
  const target = await flows.live(row.workspace, row.flow, row.environment);
  if (!target.ok) return warn('a schedule cannot start its flow', { flow: row.flow, code: target.problem.code });
  if (!(await hasOwner(store, row.workspace, target.value.row)))
    return warn('a schedule has nobody behind it any more', { flow: row.flow, owner: target.value.row.owner });
  const checked = checkInput(target.value, input);
  if (!checked.ok)
    return warn('a schedule’s input is not what its flow takes', {
      flow: row.flow,
      trigger: row.trigger,
      code: checked.problem.code,
    });
  const where = row.environment === DEFAULT_ENVIRONMENT ? '' : `@${row.environment}`;
  const key = `schedule:${row.trigger}${where}:${due}`;
  if ((await store.in(row.workspace).runs.byIdempotencyKey(row.flow, key, 0)) !== null) return true;
  // Asked again after the wait: the same due time may have been started meanwhile.
  if (runs.byKey(row.flow, key) !== null) return true;
  const made = runs.create({
    target: target.value,
    input: checked.value,
    trigger: { id: row.trigger, kind: 'schedule@1', data: { due: new Date(due).toISOString() } },
    principal: `trigger:${row.trigger}`,
    priority: target.value.compiled.flow.settings?.priority ?? 0,
    idempotencyKey: key,
    depth: 0,
  });
  if ('problem' in made && made.problem.code === 'disk.full') return false;
  if ('problem' in made) return warn('a scheduled run could not begin', { flow: row.flow, code: made.problem.code });
  await journal.barrier(made.live.group);
  return true;
};
