/**
 * Grants to call a flow, between the name that people write and the id that they are kept with. Whether a call may be is
 * the broker's; this is for lending, and for telling people what was lent.
 *
 * CA1 What is lent is the call of one flow, by its id: a name can be taken by whoever may change a flow (row AZ-08).
 * CA3 Nobody hears that a private flow has a name that he calls another one by: it counts where it was lent, and for who may run
 *     it, and for nobody else (engine/aim.ts).
 * CA2 A name that the lender may not run is kept as he wrote it, like one that nobody has: it lends nothing, and tells
 *     nothing of what is there.
 */

import {
  may,
  parsePower,
  type Lent,
  type Power,
  type Principal,
  problem,
  type Problem,
  sentence,
  thingOf,
} from '@headgate/core';
import type { FlowRow } from '../store/ports.ts';
import type { Gate } from './deps.ts';

/** A power in the form `grant` takes. */
export type LentText = { readonly step: string; readonly power: string };

/** Where a flow's calls go: the principal who asks, and the project. */
type From = { readonly who: Principal; readonly project: string };

const callOf = (text: string): { readonly power: Power; readonly to: string | null } | null => {
  const read = parsePower(text);
  if (!read.ok) return null;
  const power = read.value;
  return { power, to: power.power === 'flow' && power.flow !== '*' ? power.flow : null };
};

const called = async (gate: Gate, { who, project }: From, to: string): Promise<readonly FlowRow[]> =>
  gate.store.in(who.workspace).flows.called(project, to);

const sees = ({ who }: From, row: FlowRow, permission: 'run' | 'flow.read'): boolean =>
  may(who, permission, thingOf(who.workspace, row));

/** May it count among flows of one name? */
const isTold = (from: From, row: FlowRow): boolean => row.visibility !== 'private' || sees(from, row, 'run');

/** Is it within what the key is narrowed to? Who may publish or run a flow need not read what it calls. */
const within = (who: Principal, row: FlowRow): boolean =>
  (who.flows === undefined || who.flows.includes(row.id)) &&
  (who.projects === undefined || who.projects.includes(row.project)) &&
  (row.visibility !== 'private' || may(who, 'run', thingOf(who.workspace, row)));

/** The same powers with the calls of flows by id; or `flow.ambiguous` for every name that two flows have. */
export const bindCalls = async (
  gate: Gate,
  from: From,
  lent: readonly LentText[],
): Promise<{ readonly lent: readonly LentText[]; readonly problems: readonly Problem[] }> => {
  const bound: LentText[] = [];
  const problems: Problem[] = [];
  for (const one of lent) {
    const to = callOf(one.power)?.to ?? null;
    const rows = to === null ? [] : (await called(gate, from, to)).filter((row) => isTold(from, row));
    const [row] = rows;
    if (row === undefined || !rows.some((each) => sees(from, each, 'run'))) bound.push(one);
    else if (rows.length === 1) bound.push({ step: one.step, power: `flow: call ${row.id}` });
    else problems.push(ambiguous(one.step));
  }
  return { lent: bound, problems };
};

const ambiguous = (step: string): Problem =>
  problem('flow.ambiguous', 'More than one flow of the project has this name', {
    at: { step },
    fix: 'Give the id of the flow that is meant, or rename the other one.',
  });

/**
 * Grants as the needs of a flow are held against: the call of a flow counts for its id and for the name that is its alone;
 * that of a name, only as long as no flow has it.
 */
export const lentIn = async (gate: Gate, from: From, grants: readonly LentText[]): Promise<readonly Lent[]> => {
  const lent: Lent[] = [];
  const byId = new Set(grants.map(({ power }) => callOf(power)?.to));
  for (const { step, power: text } of grants) {
    const call = callOf(text);
    if (call === null) continue;
    const { power, to } = call;
    const rows = to === null ? [] : await called(gate, from, to);
    const [row] = rows;
    if (row === undefined || row.id === to || !rows.some((each) => within(from.who, each))) lent.push({ step, power });
    if (row === undefined || row.id !== to) continue;
    const named = (await called(gate, from, row.name)).filter(
      (each) => each.visibility !== 'private' || byId.has(each.id),
    );
    if (named.length === 1 && named[0]?.id === row.id) lent.push({ step, power: { power: 'flow', flow: row.name } });
  }
  return lent;
};

/** A grant's power in words, with the name that a flow has now. */
export const grantSentence = async (gate: Gate, from: From, text: string): Promise<string> => {
  const call = callOf(text);
  if (call === null) return text;
  const [row] = call.to === null ? [] : await called(gate, from, call.to);
  return row !== undefined && row.id === call.to && sees(from, row, 'flow.read')
    ? `Start the flow “${row.name}” (${row.id})`
    : sentence(call.power);
};
