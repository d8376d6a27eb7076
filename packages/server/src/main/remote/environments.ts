/** `headgate env …`: environments of a running server, their values, and promotions between them. */

import { problem } from '@headgate/core';
import { MISUSED } from '../say.ts';
import { ask, id, refused, type Row, rowOf, rowsOf, table, type Where } from './ask.ts';

const inProject = (project: string): string => `/api/v1/projects/${id(project)}/environments`;
const ofFlow = (flow: string): string => `/api/v1/flows/${id(flow)}`;

export const listEnvironments = (w: Where, { project }: { readonly project: string }): Promise<number> =>
  ask(w, 'GET', inProject(project), undefined, (v) =>
    table(rowsOf(v, 'environments'), ['name', 'title', 'approval', 'values']),
  );

type New = { readonly project: string; readonly title?: string; readonly approval?: boolean };

export const createEnvironment = (w: Where, name: string, { project, title, approval }: New): Promise<number> => {
  const body = {
    name,
    ...(title === undefined ? {} : { title }),
    ...(approval === true ? { approval } : {}),
  };
  return ask(w, 'POST', inProject(project), body, (v) => String(v['name']));
};

export const removeEnvironment = (w: Where, name: string, { project }: { readonly project: string }): Promise<number> =>
  ask(w, 'DELETE', `${inProject(project)}/${id(name)}`, undefined, () => `removed ${name}`);

/** `NAME=VALUE`: the value is JSON where it can be read as such, else a text. Null: something that is no such pair. */
const readSets = (sets: readonly string[]): Readonly<Record<string, unknown>> | null => {
  const read: Record<string, unknown> = {};
  for (const set of sets) {
    const [name = '', ...rest] = set.split('=');
    if (rest.length === 0 || !/^[A-Za-z_]/.test(name) || name === '__proto__') return null;
    const text = rest.join('=');
    try {
      read[name] = JSON.parse(text);
    } catch {
      read[name] = text;
    }
  }
  return read;
};

const misused = (w: Where): number => {
  const fix = 'Give NAME=VALUE; a value that is JSON is taken as such, anything else as a text.';
  refused([problem('usage', 'expected a name and a value', { at: { field: '--set' }, fix })], w.json);
  return MISUSED;
};

const valuesTold = (vars: unknown): string =>
  Object.entries(rowOf(vars))
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join('\n');

type Vars = { readonly project: string; readonly set: readonly string[]; readonly unset: readonly string[] };

/** Shows the values; with something to set or unset, over the revision that was read just before. */
export const environmentVars = async (w: Where, name: string, { project, set, unset }: Vars): Promise<number> => {
  const path = `${inProject(project)}/${id(name)}/vars`;
  if (set.length === 0 && unset.length === 0) return ask(w, 'GET', path, undefined, (v) => valuesTold(v['vars']));
  const sets = readSets(set);
  if (sets === null) return misused(w);
  const now = await w.client.call('GET', path);
  if (!now.ok) return refused(now.problems, w.json);
  const { revision, vars } = rowOf(now.value);
  const kept = Object.entries(rowOf(vars)).filter(([one]) => !unset.includes(one));
  const body = { revision, vars: { ...Object.fromEntries(kept), ...sets } };
  return ask(w, 'PUT', path, body, (v) => `revision ${String(v['revision'])}`);
};

const listed = (value: unknown, words: (one: Row) => string): readonly string[] =>
  Array.isArray(value) ? value.map((one) => `  ${words(rowOf(one))}`) : [];

const told = (difference: unknown): readonly string[] => {
  const { from, to, flow, values, powers, secrets } = rowOf(difference);
  const { missing: lacks } = rowOf(secrets);
  const version = rowOf(to)['version'];
  return [
    `version ${String(rowOf(from)['version'])} to ${String(rowOf(to)['environment'])}, where ${version === null ? 'nothing runs' : `version ${String(version)} runs`}`,
    ...(flow === null || rowOf(flow)['same'] === true ? [] : [`changes: ${JSON.stringify(flow)}`]),
    ...listed(values, (one) =>
      one['there'] === true
        ? `value ${String(one['name'])}: ${JSON.stringify(one['to'])}${one['sets'] === true ? ' (set)' : ''}`
        : `value ${String(one['name'])}: missing`,
    ),
    ...listed(rowOf(powers)['missing'], (one) => `power missing: ${String(one['step'])} ${String(one['power'])}`),
    ...(Array.isArray(lacks) ? lacks.map((name) => `  secret missing: ${String(name)}`) : []),
  ];
};

const outcome = (v: Row): string => {
  const { id: promotion, state, to } = rowOf(v['promotion']);
  return [
    `${String(promotion)}  ${String(state)}  ${String(to)}`,
    ...(v['difference'] === null ? [] : told(v['difference'])),
  ].join('\n');
};

type Wish = {
  readonly from: string;
  readonly to: string;
  readonly version?: number;
  readonly set: readonly string[];
  readonly grant?: string;
  readonly anyway?: boolean;
  readonly note?: string;
  readonly show?: boolean;
};

/** Promotes, or proposes to; with `show` it only tells what that would change. */
export const promote = async (w: Where, flow: string, o: Wish): Promise<number> => {
  if (o.show === true)
    return ask(w, 'GET', `${ofFlow(flow)}/difference/${id(o.from)}/${id(o.to)}`, undefined, (v) => told(v).join('\n'));
  const vars = readSets(o.set);
  if (vars === null) return misused(w);
  const body = {
    from: o.from,
    to: o.to,
    ...(o.version === undefined ? {} : { version: o.version }),
    ...(o.set.length === 0 ? {} : { vars }),
    ...(o.grant === undefined ? {} : { grant: o.grant }),
    ...(o.anyway === true ? { anyway: true } : {}),
    ...(o.note === undefined ? {} : { note: o.note }),
  };
  return ask(w, 'POST', `${ofFlow(flow)}/promotions`, body, outcome);
};

export const listPromotions = (w: Where, flow: string): Promise<number> =>
  ask(w, 'GET', `${ofFlow(flow)}/promotions`, undefined, (v) =>
    table(rowsOf(v, 'promotions'), ['id', 'from', 'to', 'version', 'state', 'by', 'decidedBy', 'created']),
  );

type Decision = { readonly approve?: boolean; readonly grant?: string };

export const decidePromotion = (w: Where, flow: string, promotion: string, o: Decision): Promise<number> => {
  const decision = o.approve === true ? 'approve' : 'refuse';
  const body = { decision, ...(o.grant === undefined ? {} : { grant: o.grant }) };
  return ask(w, 'POST', `${ofFlow(flow)}/promotions/${id(promotion)}/decision`, body, outcome);
};

export const listDeployments = (w: Where, flow: string): Promise<number> =>
  ask(w, 'GET', `${ofFlow(flow)}/deployments`, undefined, (v) =>
    table(rowsOf(v, 'deployments'), ['environment', 'version', 'at', 'by']),
  );
