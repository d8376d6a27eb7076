/** What `check` may know beyond a flow: names that the caller could read anyway, and what compiling tells of its code. */

import { type CheckContext, type Flow, may, type Principal } from '@headgate/core';
import { type Gate, PROJECT } from './deps.ts';

/** More flows than this are not compared with. */
const MOST = 1_000;

export const knownTo = async (gate: Gate, who: Principal, flow: Flow): Promise<CheckContext> => {
  const store = gate.store.in(who.workspace);
  const place = { workspace: who.workspace, project: PROJECT };
  const secrets = may(who, 'secret.write', place) ? await store.secrets.list(PROJECT) : null;
  const context: CheckContext = {
    ...(secrets === null ? {} : { secrets: new Set(secrets.map((secret) => secret.name)) }),
    code: await gate.readCode(flow),
  };
  if (!may(who, 'flow.read', place)) return context;
  const { rows, next } = await store.flows.list({ limit: MOST, projects: [PROJECT] });
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
