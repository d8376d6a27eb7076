/**
 * Which flows use a service, by their draft, their latest version, or one that runs in an environment: it is not deleted under them.
 *
 * SU1 All flows of the workspace count; named are those that the caller sees (row AZ-12).
 */

import { everyStep, type Flow, readFlow, sees, type Sight } from '@headgate/core';
import type { Store } from '../store/ports.ts';

const PAGE = 100;
const ALL: Sight = { projects: null, shared: false, owners: null, onlyProjects: null, onlyFlows: null };

const names = (thing: { readonly kind: string; readonly with?: unknown }, service: string): boolean =>
  thing.kind.startsWith('service.') && Object(thing.with).service === service;

const uses = ({ steps, triggers, ...rest }: Flow, service: string): boolean =>
  [...everyStep({ ...rest, steps }), ...(triggers ?? [])].some((one) => names(one, service));

/** Most documents name nothing like it, and are not even parsed. */
const usesIn = (doc: unknown, service: string): boolean => {
  if (!JSON.stringify(doc).includes(`"${service}"`)) return false;
  const read = readFlow(doc);
  return read.ok && uses(read.flow, service);
};

type Uses = {
  readonly flows: readonly { readonly id: string; readonly name: string }[];
  /** Flows use it that are not named. */
  readonly others: boolean;
};

const runsWith = async (
  store: ReturnType<Store['in']>,
  { id, version }: { readonly id: string; readonly version: number | null },
  service: string,
): Promise<boolean> => {
  if (version === null) return false;
  const deployed = (await store.deployments.list(id)).map((one) => one.version);
  for (const one of new Set([version, ...deployed]))
    if (usesIn((await store.flows.version(id, one))?.doc ?? null, service)) return true;
  return false;
};

export const usesOfService = async (store: ReturnType<Store['in']>, sight: Sight, service: string): Promise<Uses> => {
  const flows: { id: string; name: string }[] = [];
  let others = false;
  for (let cursor: string | undefined; ; ) {
    const from = cursor === undefined ? {} : { cursor };
    const { rows, next } = await store.flows.list({ limit: PAGE, sight: ALL, ...from });
    for (const row of rows) {
      if (!(usesIn(row.draft, service) || (await runsWith(store, row, service)))) continue;
      if (sees(sight, { ...row, flow: row.id })) flows.push({ id: row.id, name: row.name });
      else others = true;
    }
    if (next === null) return { flows, others };
    cursor = next;
    // Others have their turn between two pages.
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
};

const MOST_NAMED = 10;

/** Those that use it, as one sentence; null: none does. */
export const usedBy = ({ flows, others }: Uses): string | null => {
  if (flows.length === 0 && !others) return null;
  const named = flows.slice(0, MOST_NAMED).map(({ name }) => name);
  const more = flows.length > MOST_NAMED ? [`${flows.length - MOST_NAMED} more`] : [];
  const hidden = others ? ['flows that you do not see'] : [];
  return [...named, ...more, ...hidden].join(', ');
};
