/**
 * Flows and their drafts. A draft is only read for its form here, and for values that came back masked: kept, a label would
 * take the place of the value. What else it lacks is told by /check and at publishing.
 */

import {
  check,
  diff,
  hashFlow,
  maskedIn,
  may,
  readFlow,
  sightOf,
  thingOf,
  type Flow,
  type Principal,
  type Visibility,
} from '@headgate/core';
import { ROUTES } from '@headgate/core/api';
import type { FlowRow } from '../../store/ports.ts';
import { knownTo } from '../context.ts';
import { cursorOf, nextOf } from '../cursors.ts';
import type { Gate } from '../deps.ts';
import { implement, type Route } from '../implement.ts';
import { lendTyped } from '../lending.ts';
import type { Lodge } from '../lodge.ts';
import { give, MISSING, nothing, refuse, refuseAll, type Refused } from '../outcome.ts';
import { projectOf } from '../places.ts';
import { streamed } from '../streams.ts';
import { lastRun, triggersIn } from './triggers.ts';

const PAGE = 50;

export const shownFlow = (row: FlowRow) => ({
  id: row.id,
  name: row.name,
  project: row.project,
  owner: row.owner,
  visibility: row.visibility,
  revision: row.revision,
  version: row.version,
  enabled: row.enabled,
  created: new Date(row.created).toISOString(),
  updated: new Date(row.updated).toISOString(),
});

/** Rows of a list with what one wants to know at a glance: triggers, whether one fails, and the latest run. */
const glanced = async (gate: Gate, who: Principal, rows: readonly FlowRow[]) => {
  const reads = rows.filter((row) => may(who, 'run.read', thingOf(who.workspace, row)));
  const latest = await gate.store.in(who.workspace).runs.latest(reads.map(({ id }) => id));
  const byFlow = new Map(latest.map((run) => [run.flow, run]));
  return Promise.all(
    rows.map(async (row) => {
      const last = byFlow.get(row.id);
      const views = await gate.engine.triggers(who.workspace, row.id);
      return {
        ...shownFlow(row),
        triggers: triggersIn(row.draft),
        failing: views.some(({ failing }) => failing !== null),
        last: last === undefined ? null : lastRun(last),
      };
    }),
  );
};

/** Somebody else saved first: what their draft changes against this one. */
const conflict = async (gate: Gate, who: Principal, row: FlowRow, mine: Flow): Promise<Refused> => {
  const theirs = readFlow(row.draft);
  const text = `The draft is at revision ${row.revision} by now`;
  const refused = refuse(
    'flow.conflict',
    text,
    'Take their changes over (`diff`), then save again with their revision.',
  );
  return {
    ...refused,
    more: {
      revision: row.revision,
      diff: theirs.ok ? diff(mine, theirs.flow, await gate.catalogIn(who.workspace)) : null,
    },
  };
};

const owns = (who: Principal, row: FlowRow): boolean => row.owner === who.id || row.owner === who.user;

/**
 * Why the principal may not let these people see the flow, or null. To share it is a permission of its own; to keep it to
 * oneself is the owner's (who manages the workspace sees it all the same).
 */
const mayShow = (who: Principal, row: FlowRow, to: Visibility): Refused | null => {
  const thing = thingOf(who.workspace, row);
  const shares = to === 'workspace' || to === 'public';
  if (shares && !may(who, 'flow.share', thing))
    return refuse('permission.missing', 'Sharing a flow with the workspace or with everybody needs flow.share');
  if (to === 'private' && !owns(who, row) && !may(who, 'workspace.manage', { workspace: who.workspace }))
    return refuse('permission.missing', 'Only its owner makes a flow private', 'Let the owner do it.');
  return null;
};

export const flowRoutes = (lodge: Lodge): readonly Route[] => {
  const { gate } = lodge;
  return [
    implement(ROUTES.createFlow, async ({ who, body, made }) => {
      const read = readFlow(body.draft);
      if (!read.ok) return refuseAll('flow.invalid', read.problems);
      const draft: Flow = body.name === undefined ? read.flow : { ...read.flow, name: body.name };
      const masked = maskedIn(draft);
      if (masked.length > 0) return refuseAll('flow.invalid', masked);
      const row = await gate.store.in(who.workspace).flows.create({
        id: made,
        project: projectOf(body),
        owner: who.user ?? who.id,
        name: draft.name,
        draft,
        draftHash: hashFlow(draft),
        at: gate.clock(),
      });
      if (body.from === undefined) await lendTyped(lodge, who, row, draft, null);
      return give(201, { id: row.id, revision: row.revision });
    }),

    implement(ROUTES.listFlows, async ({ who, query }) => {
      const { rows, next } = await gate.store.in(who.workspace).flows.list({
        limit: query.limit ?? PAGE,
        ...cursorOf(gate.store, who.workspace, 'flows', query.cursor),
        ...(query.project === undefined ? {} : { project: query.project }),
        sight: sightOf(who, 'flow.read'),
      });
      return give(200, { flows: await glanced(gate, who, rows), ...nextOf(gate.store, who.workspace, 'flows', next) });
    }),

    implement(ROUTES.getFlow, async ({ who, params }) => {
      const row = await gate.store.in(who.workspace).flows.get(params.id);
      return row === null ? MISSING : give(200, { ...shownFlow(row), draft: row.draft });
    }),

    implement(ROUTES.patchFlow, async ({ who, params, body }) => {
      const { flows } = gate.store.in(who.workspace);
      let row = await flows.get(params.id);
      if (row === null) return MISSING;
      const hidden =
        body.visibility === undefined || body.visibility === row.visibility ? null : mayShow(who, row, body.visibility);
      if (hidden !== null) return hidden;
      if (body.name !== undefined && body.name !== row.name) {
        // The name is part of the file: renaming is an edit of the draft like any other.
        const read = readFlow(row.draft);
        if (!read.ok) return refuseAll('flow.invalid', read.problems);
        const draft: Flow = { ...read.flow, name: body.name };
        const masked = maskedIn({ ...draft, steps: [] }).filter(({ at }) => at?.field === 'name');
        if (masked.length > 0) return refuseAll('input.invalid', masked);
        const saved = await flows.saveDraft(row.id, row.revision, draft, hashFlow(draft), body.name, gate.clock());
        if (saved === null)
          return refuse('flow.conflict', 'Somebody saved the draft just now', 'Read the flow again, then rename it.');
        row = saved;
      }
      if (body.enabled !== undefined && body.enabled !== row.enabled)
        row = await flows.patch(row.id, { enabled: body.enabled }, gate.clock());
      if (row !== null && body.visibility !== undefined && body.visibility !== row.visibility)
        row = await flows.patch(row.id, { visibility: body.visibility }, gate.clock());
      return row === null ? MISSING : give(200, shownFlow(row));
    }),

    implement(ROUTES.transferFlow, async ({ who, params, body }) => {
      const { flows } = gate.store.in(who.workspace);
      const row = await flows.get(params.id);
      if (row === null) return MISSING;
      if (!owns(who, row) && !may(who, 'member.manage', thingOf(who.workspace, row)))
        return refuse('permission.missing', 'Only its owner, or who manages members, gives a flow away');
      const heir = await gate.store.directory.user(who.workspace, body.to);
      // Judged as what it would be: theirs.
      if (heir === null || !may(heir, 'flow.write', thingOf(who.workspace, { ...row, owner: body.to })))
        return refuse('member.unfit');
      const given = await flows.patch(row.id, { owner: body.to }, gate.clock());
      return given === null ? MISSING : give(200, shownFlow(given));
    }),

    implement(ROUTES.moveFlow, async ({ who, params, body }) => {
      const { flows } = gate.store.in(who.workspace);
      const row = await flows.get(params.id);
      if (row === null) return MISSING;
      const { project } = body;
      // As making it there would be: to who sees no such project, there is none.
      const turned = await lodge.places.judgeProject(who, 'flow.write', project);
      if (turned !== undefined) return turned === 'missing' ? MISSING : refuse(turned);
      if (project === row.project) return give(200, { id: row.id, project, taken: 0 });
      const shared = row.visibility === 'workspace' || row.visibility === 'public';
      if (shared && !may(who, 'flow.share', thingOf(who.workspace, { ...row, project })))
        return refuse('permission.missing', 'A flow that is shared needs flow.share in the project it goes to, too');
      const moved = await flows.move(row.id, project, gate.clock());
      return moved === null ? MISSING : give(200, { id: row.id, project, ...moved });
    }),

    implement(ROUTES.deleteFlow, async ({ who, params }) =>
      (await gate.store.in(who.workspace).deletedFlows.add(params.id, gate.clock())) ? nothing() : MISSING,
    ),

    implement(ROUTES.saveDraft, async ({ who, params, body }) => {
      const read = readFlow(body.draft);
      if (!read.ok) return refuseAll('flow.invalid', read.problems);
      const masked = maskedIn(read.flow);
      if (masked.length > 0) return refuseAll('flow.invalid', masked);
      const { flows } = gate.store.in(who.workspace);
      const draft = read.flow;
      const old = await flows.get(params.id);
      const saved = await flows.saveDraft(params.id, body.revision, draft, hashFlow(draft), draft.name, gate.clock());
      if (saved !== null) {
        // What stood there before is known of the very revision that was saved over, or nothing counts as new.
        const before = old?.revision === body.revision ? readFlow(old.draft) : null;
        if (before?.ok === true && body.from === undefined) await lendTyped(lodge, who, saved, draft, before.flow);
        await lodge.rooms.saved(who, saved);
        return give(200, { revision: saved.revision });
      }
      const row = await flows.get(params.id);
      return row === null ? MISSING : conflict(gate, who, row, draft);
    }),

    implement(ROUTES.followFlow, async ({ who, params, request }) => {
      const still = async (): Promise<boolean> => (await request.passage?.again()) === true;
      const stream = await lodge.streams.open(who.id, still, (signal) =>
        lodge.rooms.enter(who, params.id, signal, () => lodge.places.judge(who, 'run.read', 'flow', params.id)),
      );
      return streamed(stream, request.raw.socket, gate.limit.stalled);
    }),

    implement(ROUTES.checkFlow, async ({ who, body }) => {
      const read = readFlow(body.draft);
      if (!read.ok) return give(200, { ok: false, problems: read.problems, warnings: [] });
      const { problems, warnings } = check(
        read.flow,
        await gate.catalogIn(who.workspace),
        await knownTo(gate, who, read.flow, projectOf(body)),
      );
      return give(200, { ok: problems.length === 0, problems, warnings });
    }),
  ];
};
