/** The pages a person looks at: the reference, the list of runs, one run, and the session that opens them. */

import { sightOf } from '@headgate/core';
import { ROUTES, type OpenApi } from '@headgate/core/api';
import type { FlowRow } from '../../store/ports.ts';
import { networkOf } from '../accounts/throttle.ts';
import { implement, type Route } from '../implement.ts';
import type { Lodge } from '../lodge.ts';
import { MISSING, refuse, seeOther } from '../outcome.ts';
import { iso } from '../times.ts';

const LINES = 50;
const EVENTS = 200;

export const pageRoutes = (
  { gate, page, identities, sessions, guesses }: Lodge,
  document: () => OpenApi,
): readonly Route[] => {
  let reference: string | undefined;

  /** Names of flows by id, each read once. */
  const namesOf = async (workspace: string, ids: Iterable<string>): Promise<ReadonlyMap<string, string>> => {
    const names = new Map<string, string>();
    for (const id of new Set(ids)) {
      const row: FlowRow | null = await gate.store.in(workspace).flows.get(id);
      if (row !== null) names.set(id, row.name);
    }
    return names;
  };

  return [
    implement(ROUTES.referencePage, () => page(200, (reference ??= gate.pages.reference(document())))),

    implement(ROUTES.signIn, async ({ body, request }) => {
      const hash = identities.hash(body.key.trim());
      if (hash === undefined || !('who' in (await identities.findByHash(hash)))) {
        return refuse(guesses.add(networkOf(request.ip)) > gate.limit.guesses ? 'auth.limit' : 'auth.invalid');
      }
      return seeOther('/runs', { 'set-cookie': sessions.begin(hash) });
    }),

    implement(ROUTES.signOut, ({ request }) =>
      seeOther('/runs', { 'set-cookie': sessions.end(request.headers.cookie) }),
    ),

    implement(ROUTES.runsPage, async ({ who, query }) => {
      const flow = query.flow === undefined || query.flow === '' ? null : query.flow;
      const state = query.state === undefined || query.state === '' ? null : query.state;
      const { rows, next } = await gate.store.in(who.workspace).runs.list({
        limit: LINES,
        ...(flow === null ? {} : { flow }),
        ...(state === null ? {} : { state }),
        ...(query.cursor === undefined ? {} : { cursor: query.cursor }),
        sight: sightOf(who, 'run.read'),
      });
      const names = await namesOf(
        who.workspace,
        rows.map((row) => row.flow),
      );
      const runs = rows.map((row) => ({
        id: row.id,
        flow: row.flow,
        flowName: names.get(row.flow) ?? null,
        version: row.version,
        state: row.state,
        trigger: row.triggerId ?? row.triggerKind,
        problem: row.problemCode,
        created: new Date(row.created).toISOString(),
        ended: iso(row.ended),
      }));
      return page(200, gate.pages.runs({ runs, next, flow, state }));
    }),

    implement(ROUTES.runPage, async ({ who, params, query }) => {
      const after = query.after ?? 0;
      const [run, journal] = await Promise.all([
        gate.engine.view(who.workspace, params.id),
        gate.engine.journal(who.workspace, params.id, after, EVENTS),
      ]);
      if (run === null || journal === null) return MISSING;
      const names = await namesOf(who.workspace, [run.flow]);
      return page(
        200,
        gate.pages.run({
          run,
          flowName: names.get(run.flow) ?? null,
          events: journal.events,
          after,
          next: journal.next,
        }),
      );
    }),
  ];
};
