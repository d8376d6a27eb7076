/**
 * What a promotion would change: the two sides, and the difference of version, values, powers and secrets. It decides
 * nothing and changes nothing.
 *
 * PM1 Powers and secrets are those of the target: what another environment has is no help there.
 * PM2 Nothing here holds the value of a secret; there is none to hold in the gateway.
 */

import {
  type Catalog,
  diff,
  type Flow,
  type Principal,
  problem,
  type Problem,
  readFlow,
  valuesRead,
} from '@headgate/core';
import { DEFAULT_ENVIRONMENT, type EnvironmentRow } from '../store/environment.ts';
import type { FlowRow, GrantRow, VersionRow } from '../store/ports.ts';
import type { LentText } from './calls.ts';
import type { Gate } from './deps.ts';
import { endedBy } from './endings.ts';
import { forTheirKind, grantsInForce, grantsNow, lacking, needText } from './lending.ts';
import { secretsIn } from './naming.ts';
import { refuse, refuseAll, type Refused } from './outcome.ts';

export type Sides = {
  readonly row: FlowRow;
  readonly source: EnvironmentRow;
  readonly target: EnvironmentRow;
  readonly version: VersionRow;
  readonly flow: Flow;
  /** What was promoted to the target; null: nothing. */
  readonly before: number | null;
  /** What runs in the target now: that, or the latest version; null: nothing. */
  readonly runs: VersionRow | null;
  /** Values that it sets. */
  readonly vars: EnvironmentRow['vars'];
};

type Asked = {
  readonly from: string;
  readonly to: string;
  readonly version?: number | undefined;
  readonly vars?: EnvironmentRow['vars'] | undefined;
};

export const unknownEnvironment = (name: string, all: readonly { readonly name: string }[]): Refused =>
  refuse(
    'environment.unknown',
    `This project has no environment ${name}`,
    `It has ${all.map((one) => one.name).join(', ')}.`,
  );

/** The two sides of a promotion, or why there is none. */
export const sidesOf = async (gate: Gate, who: Principal, row: FlowRow, asked: Asked): Promise<Sides | Refused> => {
  const { environments, deployments, flows } = gate.store.in(who.workspace);
  const all = (await environments.list(row.project)) ?? [];
  const [source, target] = [asked.from, asked.to].map((name) => all.find((one) => one.name === name));
  if (source === undefined) return unknownEnvironment(asked.from, all);
  if (target === undefined) return unknownEnvironment(asked.to, all);
  if (target === source || target.name === DEFAULT_ENVIRONMENT)
    return refuse('promotion.target', undefined, 'Publish to have a version run in `default`.');
  const promoted = async ({ name }: EnvironmentRow): Promise<number | null> =>
    name === DEFAULT_ENVIRONMENT ? null : ((await deployments.get(row.id, name))?.version ?? null);
  const running = (of: EnvironmentRow, one: number | null): number | null => one ?? (of.approval ? null : row.version);
  const before = await promoted(target);
  const [from, runs] = [running(source, await promoted(source)), running(target, before)];
  const chosen = asked.version ?? from;
  if (chosen === null) return refuse(row.version === null ? 'flow.unpublished' : 'flow.unpromoted');
  const version = await flows.version(row.id, chosen);
  if (version === null) return refuse('flow.version_unknown', `This flow has no version ${chosen}`);
  const read = readFlow(version.doc);
  if (!read.ok) return refuseAll('flow.invalid', read.problems);
  const there = runs === null ? null : await flows.version(row.id, runs);
  return { row, source, target, version, flow: read.flow, before, runs: there, vars: asked.vars ?? {} };
};

/** The flow as it is with the version for its draft: what is lent is lent to the steps of that. */
export const asVersion = ({ row, version }: Sides): FlowRow => ({ ...row, draft: version.doc });

/** Grants for the target alone that end with the version: their step is gone from it, or is another kind there. */
export const endsWith = async (gate: Gate, who: Principal, sides: Sides): Promise<readonly GrantRow[]> => {
  const rows = (await grantsNow(gate, who.workspace, sides.row)).map((one) => one.row);
  const own = rows.filter(({ environment }) => environment === sides.target.name);
  return endedBy(sides.version.doc, sides.runs?.doc, own, []);
};

/** What its steps need in the target, hold there, and lack; `lent`: what is lent along with it. */
export const powersOf = async (gate: Gate, who: Principal, sides: Sides, lent: readonly LentText[] = []) => {
  const ends = new Set((await endsWith(gate, who, sides)).map(({ id }) => id));
  const inForce = await grantsInForce(gate, who.workspace, sides.row, sides.target.name);
  const have = forTheirKind(sides.version.doc, inForce).filter(({ id }) => !ends.has(id));
  const held = [...have, ...lent];
  const { needs, missing } = await lacking(gate, who, sides.row, sides.flow, held);
  return {
    needed: needs.map((need) => ({ step: need.step, power: needText(need) })),
    granted: held.map(({ step, power }) => ({ step, power })),
    missing: missing.map(({ step, power }) => ({ step, power })),
  };
};

const valuesOf = ({ flow, source, target, vars }: Sides) => {
  const read = valuesRead(flow);
  const every = read.any ? [...Object.keys(source.vars), ...Object.keys(target.vars)] : [];
  const names = new Set([...read.names, ...every, ...Object.keys(vars)]);
  const then = { ...target.vars, ...vars };
  return [...names].toSorted().map((name) => ({
    name,
    there: Object.hasOwn(then, name),
    ...(Object.hasOwn(source.vars, name) ? { from: source.vars[name] } : {}),
    ...(Object.hasOwn(then, name) ? { to: then[name] } : {}),
    sets: Object.hasOwn(vars, name),
  }));
};

/** Secrets that the version names. */
const secretsNamed = (catalog: Catalog, flow: Flow): string[] =>
  [...new Set(secretsIn(catalog, flow).map(({ name }) => name))].toSorted();

export const differenceOf = async (gate: Gate, who: Principal, sides: Sides, lent: readonly LentText[] = []) => {
  const { row, source, target, version, flow, runs } = sides;
  const before = runs === null ? null : readFlow(runs.doc);
  const catalog = await gate.catalogIn(who.workspace);
  const named = secretsNamed(catalog, flow);
  const stored = named.length === 0 ? [] : await gate.store.in(who.workspace).secrets.list(row.project);
  const there = new Set(
    stored.filter((one) => one.environment === '*' || one.environment === target.name).map((one) => one.name),
  );
  return {
    from: { environment: source.name, version: version.version },
    to: { environment: target.name, version: runs?.version ?? null },
    flow: before?.ok === true ? diff(before.flow, flow, catalog) : null,
    values: valuesOf(sides),
    powers: await powersOf(gate, who, sides, lent),
    secrets: { named, missing: named.filter((name) => !there.has(name)) },
  };
};

export type Difference = Awaited<ReturnType<typeof differenceOf>>;

/** What the target lacks beside powers: a Problem for each value and secret. */
export const lacks = ({ values, secrets, to }: Difference): readonly Problem[] => [
  ...values
    .filter(({ there }) => !there)
    .map(({ name }) =>
      problem('ref.var', `There is no value ${name} in ${to.environment}`, {
        fix: 'Set it there, or along with the promotion in `vars`.',
      }),
    ),
  ...secrets.missing.map((name) =>
    problem('secret.unknown', `There is no secret ${name} in ${to.environment}`, {
      fix: `Store it for ${to.environment}.`,
    }),
  ),
];
