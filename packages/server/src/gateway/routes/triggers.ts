/** How the triggers of a flow fare. What asks and looks tells the engine; what it started, the list of runs. */

import { type Flow, isObject, may, sightOf, thingOf } from '@headgate/core';
import { ROUTES } from '@headgate/core/api';
import { DEFAULT_ENVIRONMENT } from '../../store/environment.ts';
import type { FlowRow, RunRow } from '../../store/ports.ts';
import { implement, type Route } from '../implement.ts';
import type { Lodge } from '../lodge.ts';
import { give, MISSING } from '../outcome.ts';

/** Runs that are looked through for the last of each trigger. */
const LOOKED_THROUGH = 200;

const iso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());

export const lastRun = ({ id, state, created }: Pick<RunRow, 'id' | 'state' | 'created'>) => ({
  id,
  state,
  created: new Date(created).toISOString(),
});

/** The triggers of a document, as far as it has any. */
export const triggersIn = (doc: unknown): readonly { readonly id: string; readonly kind: string }[] => {
  const list: unknown = isObject(doc) ? doc['triggers'] : undefined;
  return (Array.isArray(list) ? list : []).flatMap((one: unknown) =>
    isObject(one) && typeof one['id'] === 'string' && typeof one['kind'] === 'string'
      ? [{ id: one['id'], kind: one['kind'] }]
      : [],
  );
};

const isOn = (doc: Flow, row: FlowRow, trigger: string): boolean =>
  row.enabled && (doc.triggers ?? []).some(({ id, disabled }) => id === trigger && disabled !== true);

export const triggerRoutes = ({ gate }: Lodge): readonly Route[] => [
  implement(ROUTES.listTriggers, async ({ who, params }) => {
    const { flows, runs } = gate.store.in(who.workspace);
    const row = await flows.get(params.id);
    if (row === null) return MISSING;
    const version = row.version === null ? null : await flows.version(row.id, row.version);
    // A document that was published is a flow: it was judged then.
    const doc = (version?.doc ?? { steps: [] }) as Flow;
    const views = await gate.engine.triggers(who.workspace, row.id);
    const reads = may(who, 'run.read', thingOf(who.workspace, row));
    const { rows } = reads
      ? await runs.list({ flow: row.id, limit: LOOKED_THROUGH, sight: sightOf(who, 'run.read') })
      : { rows: [] };
    const kinds = new Map(triggersIn(doc).map(({ id, kind }) => [id, kind]));
    const here = triggersIn(doc).map(({ id }) => ({ trigger: id, environment: DEFAULT_ENVIRONMENT }));
    const elsewhere = views.filter(({ environment }) => environment !== DEFAULT_ENVIRONMENT);
    return give(200, {
      triggers: [...here, ...elsewhere].map(({ trigger, environment }) => {
        const view = views.find((one) => one.trigger === trigger && one.environment === environment);
        const last = rows.find((run) => run.triggerId === trigger && run.environment === environment);
        const failing = view?.failing ?? null;
        return {
          trigger,
          kind: kinds.get(trigger) ?? '',
          environment,
          live: environment !== DEFAULT_ENVIRONMENT || isOn(doc, row, trigger),
          looked: iso(view?.looked ?? null),
          next: iso(view?.next ?? null),
          last: last === undefined ? null : lastRun(last),
          failing:
            failing === null
              ? null
              : { since: new Date(failing.since).toISOString(), times: failing.times, problem: failing.problem },
        };
      }),
    });
  }),
];
