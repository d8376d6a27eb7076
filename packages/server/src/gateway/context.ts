/** What `check` may know beyond a flow: names that the caller could read anyway, and what compiling tells of its code. */

import type { CheckContext, Flow, Principal } from '@headgate/core';
import { type Gate, PROJECT } from './deps.ts';

/** More flows than this are not compared with. */
const MOST = 1_000;

export const knownTo = async (gate: Gate, who: Principal, flow: Flow): Promise<CheckContext> => {
  const store = gate.store.in(who.workspace);
  const secrets = await store.secrets.list(PROJECT);
  const context: CheckContext = {
    secrets: new Set(secrets.map((secret) => secret.name)),
    code: await gate.readCode(flow),
  };
  if (who.flows !== undefined || who.projects !== undefined) return context;
  const { rows, next } = await store.flows.list({ limit: MOST, projects: [PROJECT] });
  return next === null ? { ...context, flows: new Set(rows.flatMap((row) => [row.id, row.name])) } : context;
};
