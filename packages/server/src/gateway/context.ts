/** What `check` may know beyond a flow: names that the caller could read anyway, and what compiling tells of its code. */

import { type CheckContext, type Flow, may, type Principal, sightOf } from '@headgate/core';
import type { Gate } from './deps.ts';

/** More flows than this are not compared with. */
const MOST = 1_000;

export const knownTo = async (gate: Gate, who: Principal, flow: Flow, project: string): Promise<CheckContext> => {
  const store = gate.store.in(who.workspace);
  const code = await gate.readCode(flow);
  const place = { workspace: who.workspace, project };
  // Who sees nothing of the project is told nothing of it: neither names of secrets nor of flows.
  const secrets = may(who, 'secret.write', place) ? await store.secrets.list(project) : null;
  const places = may(who, 'flow.read', place) ? await store.environments.list(project) : null;
  const context: CheckContext = {
    ...(secrets === null ? {} : { secrets: new Set(secrets.map((secret) => secret.name)) }),
    ...(places === null ? {} : { vars: new Set(places.flatMap(({ vars }) => Object.keys(vars))) }),
    code,
  };
  if (who.flows !== undefined || !may(who, 'flow.read', place)) return context;
  const { rows, next } = await store.flows.list({ limit: MOST, project, sight: sightOf(who, 'flow.read') });
  if (next !== null) return context;
  const names = new Set<string>();
  const shared = new Set<string>();
  for (const { name } of rows) (names.has(name) ? shared : names).add(name);
  for (const { id } of rows) {
    names.add(id);
    shared.delete(id);
  }
  return { ...context, flows: names, shared };
};
