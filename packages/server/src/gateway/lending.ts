/** Which powers a flow lacks, as of now, and who may lend them. The broker judges again at every use; this is for people. */

import {
  lentByTyping,
  may,
  missing,
  needsOf,
  parsePower,
  powerOf,
  printPower,
  type Flow,
  type Lent,
  type Missing,
  type Principal,
  type StepNeed,
} from '@headgate/core';
import type { FlowRow, GrantRow, KeyRow } from '../store/ports.ts';
import type { Gate } from './deps.ts';

/** A power in the form `grant` takes. */
export type LentText = { readonly step: string; readonly power: string };

/** Grants of a flow that count: for every environment or the default one, by keys that may still give them. */
export const grantsInForce = async (gate: Gate, workspace: string, flow: FlowRow): Promise<readonly GrantRow[]> => {
  const store = gate.store.in(workspace);
  const rows = await store.grants.list(flow.id);
  const alive = new Map<string, boolean>();
  for (const grantor of new Set(rows.map((row) => row.grantor)))
    alive.set(grantor, mayStillGive(await store.keys.get(grantor), flow, gate.clock()));
  return rows.filter(
    (row) => (row.environment === '*' || row.environment === 'default') && alive.get(row.grantor) === true,
  );
};

const mayStillGive = (key: KeyRow | null, flow: FlowRow, now: number): boolean => {
  if (key === null || key.revoked !== null || (key.expires !== null && key.expires <= now)) return false;
  if (!key.permissions.includes('grant.give')) return false;
  return (
    (key.projects === null || key.projects.includes(flow.project)) &&
    (key.flows === null || key.flows.includes(flow.id))
  );
};

export const mayGive = (who: Principal, flow: FlowRow): boolean =>
  may(who, 'grant.give', { workspace: who.workspace, project: flow.project, flow: flow.id });

const lentOf = (grants: readonly LentText[]): readonly Lent[] =>
  grants.flatMap(({ step, power }) => {
    const parsed = parsePower(power);
    return parsed.ok ? [{ step, power: parsed.value }] : [];
  });

/** The needs of a flow and those that no grant covers. */
export const lacking = (
  gate: Gate,
  flow: Flow,
  grants: readonly LentText[],
): { readonly needs: readonly StepNeed[]; readonly missing: readonly Missing[] } => {
  const needs = needsOf(flow, gate.catalog);
  return { needs, missing: missing(needs, lentOf(grants)) };
};

/** A need as text: `net: GET api.example.com:443`. */
export const needText = ({ need }: StepNeed): string => {
  const power = powerOf(need);
  return power === undefined ? `${need.power}: ${need.scope}` : printPower(power);
};

/** New grant rows, by this principal. */
export const grantRows = (
  gate: Gate,
  who: Principal,
  flow: FlowRow,
  lent: readonly LentText[],
  environment = '*',
): GrantRow[] =>
  lent.map(({ step, power }) => ({
    id: gate.newId('grant_'),
    flow: flow.id,
    step,
    power,
    environment,
    grantor: who.id,
    asCaller: false,
    created: gate.clock(),
  }));

/**
 * What somebody entitled typed literally into the draft (a host, a flow) counts as lent by that act, and is shown among
 * the grants. Only what this save brought: what stood there before was not typed by this principal. Without a record of
 * it nothing is lent: it is missing then, and can be lent by hand.
 */
export const lendTyped = async (
  gate: Gate,
  who: Principal,
  flow: FlowRow,
  draft: Flow,
  before: Flow | null,
  onRecord: (lent: readonly LentText[]) => Promise<boolean>,
): Promise<void> => {
  if (!mayGive(who, flow)) return;
  const typed = (of: Flow): StepNeed[] => needsOf(of, gate.catalog).filter(({ need }) => lentByTyping(need));
  const place = (one: StepNeed): string => `${one.step} ${needText(one)}`;
  const old = new Set(before === null ? [] : typed(before).map(place));
  const fresh = typed(draft).filter((one) => !old.has(place(one)));
  if (fresh.length === 0) return;
  const held = lentOf(await grantsInForce(gate, who.workspace, flow));
  const lent = missing(fresh, held).map(({ step, power }) => ({ step, power }));
  if (lent.length > 0 && (await onRecord(lent)))
    await gate.store.in(who.workspace).grants.add(grantRows(gate, who, flow, lent));
};
