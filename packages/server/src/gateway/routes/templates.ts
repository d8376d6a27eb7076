/** The starters, each with what it asks for in words; and the flow that a new instance begins with. */

import { type Flow, hashFlow, needsOf } from '@headgate/core';
import { ROUTES } from '@headgate/core/api';
import type { z } from 'zod';
import { PROJECT, type Gate } from '../deps.ts';
import { implement, type Route } from '../implement.ts';
import { lendTyped } from '../lending.ts';
import type { Lodge } from '../lodge.ts';
import { give } from '../outcome.ts';

type Listed = z.input<(typeof ROUTES.listTemplates.answers)[200]>['templates'];

const listed = (gate: Gate): Listed =>
  gate.starters().map(({ id, group, flow, with: along, tables, knowledge }) => ({
    id,
    title: flow.name,
    summary: flow.description ?? '',
    group: group as Listed[number]['group'],
    flow,
    with: along,
    tables,
    knowledge,
    asks: [...new Set(needsOf(flow, gate.catalog).map(({ need }) => need.sentence))],
  }));

export const templateRoutes = ({ gate }: Lodge): readonly Route[] => {
  let made: Listed | undefined;
  return [implement(ROUTES.listTemplates, () => give(200, { templates: (made ??= listed(gate)) }))];
};

/**
 * Makes the first of the starters the first flow of somebody who has just set the instance up; it lends what it would if he
 * had written it. Null: there is none, or he is no member there.
 */
export const firstFlow = async (lodge: Lodge, workspace: string, owner: string): Promise<string | null> => {
  const { gate } = lodge;
  const [first] = gate.starters();
  const who = await gate.store.directory.user(workspace, owner);
  if (first === undefined || who === null) return null;
  const draft: Flow = first.flow;
  const row = await gate.store.in(workspace).flows.create({
    id: gate.newId('flow_'),
    project: PROJECT,
    owner,
    name: draft.name,
    draft,
    draftHash: hashFlow(draft),
    at: gate.clock(),
  });
  await lendTyped(lodge, who, row, draft, null);
  return row.id;
};
