/** What `check` may know beyond a flow: names that the caller could read anyway, and what compiling tells of its code. */

import { type CheckContext, type Flow, may, type Principal, sightOf } from '@headgate/core';
import type { Gate } from './deps.ts';

/** More flows than this are not compared with. */
const MOST = 1_000;

export const knownTo = async (gate: Gate, who: Principal, flow: Flow, project: string): Promise<CheckContext> => {
  const store = gate.store.in(who.workspace);
  const code = await gate.readCode(flow);
  // Who sees nothing of the project is told nothing of it: neither names of secrets nor of flows.
  if (!may(who, 'flow.read', { workspace: who.workspace, project })) return { code };
  const secrets = await store.secrets.list(project);
  const context: CheckContext = { secrets: new Set(secrets.map((secret) => secret.name)), code };
  if (who.flows !== undefined) return context;
  const { rows, next } = await store.flows.list({ limit: MOST, project, sight: sightOf(who, 'flow.read') });
  return next === null ? { ...context, flows: new Set(rows.flatMap((row) => [row.id, row.name])) } : context;
};
