/**
 * Which powers a flow lacks, as of now, and who may lend them. The broker judges again at every use; this is for people.
 *
 * LE1 Every grant is on record, by itself and with its power, before it is kept: what cannot be recorded is not lent.
 * LE2 What somebody entitled writes plainly into a draft is lent by that act alone: not what stood there before, under this
 *     step or another, switched off or not, and was lent by nobody; and not what a file brought, which somebody else may
 *     have written.
 * LE3 Publishing and writing lend in `default` alone, where they have the flow run; what is promoted is lent with the
 *     promotion. In all environments is lent by saying nothing of one to `grants`.
 */

import {
  everyStep,
  holdsToo,
  lentByTyping,
  may,
  missing,
  needsOf,
  parsePower,
  powerOf,
  printPower,
  readFlow,
  thingOf,
  type Flow,
  type Missing,
  type Permission,
  type Principal,
  type StepNeed,
  type Thing,
} from '@headgate/core';
import { DEFAULT_ENVIRONMENT } from '../store/environment.ts';
import type { Named } from '../store/people.ts';
import type { FlowRow, GrantRow } from '../store/ports.ts';
import { bindCalls, lentIn, type LentText } from './calls.ts';
import type { Gate } from './deps.ts';
import type { Lodge } from './lodge.ts';
import { refuse, type Refused } from './outcome.ts';

/** Grants of a flow with whether their grantor may no longer give them. */
export const grantsNow = async (
  gate: Gate,
  workspace: string,
  flow: FlowRow,
): Promise<readonly { readonly row: GrantRow; readonly gone: boolean }[]> => {
  const store = gate.store.in(workspace);
  const rows = await store.grants.list(flow.id);
  const named = new Map<string, Named | null>();
  for (const grantor of new Set(rows.map((row) => row.grantor)))
    named.set(grantor, await gate.store.directory.named(workspace, grantor));
  const now = gate.clock();
  return rows.map((row) => ({
    row,
    gone: !mayStillGive(named.get(row.grantor) ?? null, workspace, flow, row.power, now),
  }));
};

/** Those that count in an environment: for every one or this one, by keys that may still give them. */
export const grantsInForce = async (
  gate: Gate,
  workspace: string,
  flow: FlowRow,
  environment = DEFAULT_ENVIRONMENT,
): Promise<readonly GrantRow[]> =>
  (await grantsNow(gate, workspace, flow))
    .filter(({ row, gone }) => !gone && (row.environment === '*' || row.environment === environment))
    .map(({ row }) => row);

/** May who lent it still lend it to this flow? */
export const mayStillGive = (
  grantor: Named | null,
  workspace: string,
  flow: Parameters<typeof thingOf>[1],
  power: string,
  now: number,
): boolean =>
  grantor !== null &&
  (grantor.expires === null || grantor.expires > now) &&
  may(grantor.principal, 'grant.give', thingOf(workspace, flow)) &&
  lacksOwn(grantor.principal, thingOf(workspace, flow), power) === undefined;

/** The permission that somebody who lends this must hold himself, and does not. */
const lacksOwn = (who: Principal, thing: Thing, power: string): Permission | undefined => {
  const read = parsePower(power);
  return read.ok ? holdsToo(read.value).find((permission) => !may(who, permission, thing)) : undefined;
};

export const mayGive = (who: Principal, flow: FlowRow): boolean => may(who, 'grant.give', thingOf(who.workspace, flow));

/** The needs of a flow and those that no grant covers. */
export const lacking = async (
  gate: Gate,
  who: Principal,
  { project }: FlowRow,
  flow: Flow,
  grants: readonly LentText[],
): Promise<{ readonly needs: readonly StepNeed[]; readonly missing: readonly Missing[] }> => {
  const needs = needsOf(flow, await gate.catalogIn(who.workspace));
  return { needs, missing: missing(needs, await lentIn(gate, { who, project }, grants)) };
};

/** A need as text: `net: GET api.example.com:443`. */
export const needText = ({ need }: StepNeed): string => {
  const power = powerOf(need);
  return power === undefined ? `${need.power}: ${need.scope}` : printPower(power);
};

/** Where and how it is lent: in every environment, by saying so, whoever starts the run, unless these say otherwise. */
export type Terms = {
  readonly environment?: string | undefined;
  readonly typed?: boolean;
  readonly asCaller?: boolean | undefined;
};

/** The kind of each step; those in blocks too. */
export const kindsIn = (doc: unknown): ReadonlyMap<string, string> => {
  const read = readFlow(doc);
  return new Map(read.ok ? [...everyStep(read.flow)].map(({ id, kind }) => [id, kind]) : []);
};

/** Those that are for the steps of this draft as they are: what was lent to a step of another kind ends with the next version. */
export const forTheirKind = <G extends GrantRow>(draft: unknown, grants: readonly G[]): readonly G[] => {
  const kinds = kindsIn(draft);
  return grants.filter(({ step, kind = null }) => step === '*' || kind === null || kinds.get(step) === kind);
};

/** New grant rows, by this principal, to steps of the draft. */
const grantRows = (
  gate: Gate,
  who: Principal,
  flow: FlowRow,
  lent: readonly LentText[],
  { environment = '*', typed = false, asCaller = false }: Terms,
): GrantRow[] => {
  const kinds = kindsIn(flow.draft);
  return lent.map(({ step, power }) => ({
    id: gate.newId('grant_'),
    flow: flow.id,
    step,
    power,
    environment,
    grantor: who.id,
    asCaller,
    created: gate.clock(),
    typed,
    kind: kinds.get(step) ?? null,
  }));
};

/** New grants, on record (LE1), or why they are none: who lends what he must not have done for him. Keeping them is the caller's. */
export const lendNow = async (
  { gate, audit }: Lodge,
  who: Principal,
  flow: FlowRow,
  lent: readonly LentText[],
  terms: Terms = {},
): Promise<GrantRow[] | Refused> => {
  const thing = thingOf(who.workspace, flow);
  const lacks = lent.map(({ power }) => lacksOwn(who, thing, power)).find((permission) => permission !== undefined);
  if (lacks !== undefined) return refuse('permission.missing', `Lending this needs the permission ${lacks}, too`);
  const rows = grantRows(gate, who, flow, lent, terms);
  const recorded = await Promise.all(
    rows.map((row) =>
      audit.record({
        workspace: who.workspace,
        actor: who.id,
        action: terms.typed === true ? 'grant.typed' : 'grant.given',
        object: grantObject(row),
        decision: 'allow',
        reason: null,
      }),
    ),
  );
  return recorded.every((done) => done) ? rows : refuse('audit.down');
};

/** A grant in the audit trail: flow, step, environment, power. */
export const grantObject = ({ flow, step, environment, power, asCaller }: GrantRow): string =>
  `${flow} ${step} ${environment} ${power}${asCaller ? ' as caller' : ''}`;

/** What this save brought that counts as lent by being written (LE2), and is not lent yet. */
export const lendTyped = async (
  lodge: Lodge,
  who: Principal,
  flow: FlowRow,
  draft: Flow,
  before: Flow | null,
): Promise<void> => {
  if (!mayGive(who, flow)) return;
  const { gate } = lodge;
  const catalog = await gate.catalogIn(who.workspace);
  const typed = (of: Flow): StepNeed[] => needsOf(of, catalog, 'all').filter(({ need }) => lentByTyping(need));
  const place = (one: StepNeed): string => `${one.step} ${needText(one)}`;
  const old = before === null ? [] : typed(before);
  const places = new Set(old.map(place));
  const thing = thingOf(who.workspace, flow);
  const fresh = typed(draft).filter(
    (one) => !places.has(place(one)) && lacksOwn(who, thing, needText(one)) === undefined,
  );
  if (fresh.length === 0) return;
  const from = { who, project: flow.project };
  const held = await lentIn(gate, from, forTheirKind(draft, await grantsInForce(gate, who.workspace, flow)));
  const open = new Set(missing(old, held).map(({ power }) => power));
  const lent = missing(fresh, held)
    .filter(({ power }) => !open.has(power))
    .map(({ step, power }) => ({ step, power }));
  if (lent.length === 0) return;
  const bound = await bindCalls(gate, from, lent);
  const rows = await lendNow(lodge, who, flow, bound.lent, { typed: true, environment: DEFAULT_ENVIRONMENT });
  if (!('refused' in rows)) await gate.store.in(who.workspace).grants.add(rows);
};
