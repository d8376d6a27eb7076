/** Runs: everything is asked of the engine through its port; lists are read from the store. */

import { type EventView, isOver, type Missing, type RunState, type RunView, sightOf } from '@headgate/core';
import { ROUTES } from '@headgate/core/api';
import type { RunRow } from '../../store/ports.ts';
import { cursorOf, nextOf } from '../cursors.ts';
import { Gaps } from '../gaps.ts';
import { implement, type Route } from '../implement.ts';
import type { Lodge } from '../lodge.ts';
import { give, MISSING, nothing, refuse } from '../outcome.ts';
import { iso } from '../times.ts';
import { namesOf } from '../names.ts';
import { isStillIn } from '../passage.ts';
import { RunSight } from '../run-sight.ts';
import { streamed } from '../streams.ts';

const PAGE = 50;
const EVENTS = 500;

/**
 * What a run waits for, as far as its row tells. A wake at 1 is a call of another run, one at 2 a breakpoint (engine/live.ts).
 */
const waitsOf = ({ state, wake }: RunRow) => {
  if (state === 'queued') return wake === null ? { for: 'turn' as const } : { for: 'turn' as const, until: at(wake) };
  if (state === 'in_doubt') return { for: 'answer' as const };
  if (state !== 'waiting') return null;
  if (wake === null || wake === 2) return { for: 'answer' as const };
  return wake <= 1 ? { for: 'run' as const } : { for: 'time' as const, until: at(wake) };
};

const at = (time: number): string => new Date(time).toISOString();

export const rowShown = (row: RunRow, names: ReadonlyMap<string, string>) => ({
  id: row.id,
  flow: row.flow,
  version: row.version,
  state: row.state,
  trigger: { id: row.triggerId, kind: row.triggerKind },
  environment: row.environment,
  flowName: names.get(row.flow) ?? null,
  problem: row.problemCode,
  problemStep: row.problemStep,
  waits: waitsOf(row),
  parent: row.parent,
  rerunOf: row.rerunOf,
  created: at(row.created),
  started: iso(row.started),
  ended: iso(row.ended),
});

type Filter = {
  readonly flow?: string | undefined;
  readonly state?: RunState | undefined;
  readonly trigger?: string | undefined;
  readonly environment?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
};

/** Filters of the query as the store takes them. */
export const filterOf = ({ flow, state, trigger, environment, from, to }: Filter) => ({
  ...(flow === undefined ? {} : { flow }),
  ...(state === undefined ? {} : { state }),
  ...(trigger === undefined ? {} : { trigger }),
  ...(environment === undefined ? {} : { environment }),
  ...(from === undefined ? {} : { from: Date.parse(from) }),
  ...(to === undefined ? {} : { to: Date.parse(to) }),
});

const whichOf = ({
  draft,
  revision,
  version,
  tools,
}: {
  draft?: true | undefined;
  revision?: number | undefined;
  version?: number | undefined;
  tools?: string | undefined;
}) => {
  if (draft === true)
    return { draft, ...(revision === undefined ? {} : { revision }), ...(tools === undefined ? {} : { tools }) };
  return version === undefined ? {} : { version };
};

const partIn = ({
  to,
  from,
  reuse,
}: {
  to?: string | undefined;
  from?: string | undefined;
  reuse?: string | undefined;
}) => {
  const with_ = reuse === undefined ? {} : { reuse };
  if (to !== undefined) return { part: { to, ...with_ } };
  return from === undefined ? {} : { part: { from, ...with_ } };
};

/** Where an output that was left out is read. */
const apartIn = (run: string, { seq, size }: NonNullable<RunView['apart']>) => ({
  apart: { output: { size, value: `/api/v1/runs/${encodeURIComponent(run)}/value?seq=${seq}&of=output` } },
});

const short = ({ id, state }: RunView) => ({ id, state });

export const runRoutes = ({ gate, streams, waiting, places, looks }: Lodge): readonly Route[] => {
  const gaps = new Gaps(gate);
  const sight = new RunSight(places);
  return [
    implement(ROUTES.startRun, async ({ who, params, body, request }) => {
      // Trying things out is for those who may change the flow: pins would let a mere runner choose results (API-06).
      const tries = body.draft === true || body.pins !== undefined;
      if (tries && (await places.judge(who, 'run', 'flow', params.id)) !== undefined) return MISSING;
      if (tries && (await places.judge(who, 'flow.write', 'flow', params.id)) !== undefined)
        return refuse(
          'permission.missing',
          'Draft runs and pinned values need the permission flow.write too',
          'Run a published version without pins, or use a key that may change the flow.',
        );
      const { environment } = body;
      if (environment !== undefined) {
        const asked = { flow: params.id, version: body.version, draft: body.draft === true };
        const lacks = await gaps.in(who, asked, environment);
        if (lacks.length > 0) return lackingIn(environment, lacks);
      }
      const wait = (body.wait ?? 0) * 1000;
      const leave = wait > 0 ? waiting.enter(who.id) : null;
      if (leave === undefined) return refuse('requests.limit');
      const version = gate.store.version();
      const started = await gate.engine
        .start({
          principal: who,
          flow: params.id,
          which: whichOf(body),
          input: body.input,
          // What listed tools is told from runs of the flow: nothing of it stands in for what its steps gave.
          trigger: { kind: body.tools === undefined ? 'manual@1' : 'mcp.look@1' },
          wait,
          ...(body.environment === undefined ? {} : { environment: body.environment }),
          ...(body.idempotencyKey === undefined ? {} : { idempotencyKey: body.idempotencyKey }),
          ...(body.pins === undefined ? {} : { pins: body.pins }),
          ...(body.breakpoints === undefined ? {} : { breakpoints: body.breakpoints }),
          ...partIn(body),
        })
        .finally(() => leave?.());
      // Something changed while it waited: the answer is for who may still have it (AZ-10).
      if (wait > 0 && !(await isStillIn(request, version, gate.store.version())))
        return { ...refuse('auth.invalid'), why: 'auth.over' };
      if (!started.ok) return { refused: started.problem };
      const { run, finished } = started.value;
      if (!finished) return give(202, short(run));
      const made = give(200, {
        id: run.id,
        state: run.state,
        output: run.output ?? null,
        ...(run.problem === null ? {} : { problem: run.problem }),
      });
      return { ...made, reveal: await gate.engine.reveals(who.workspace, run.flow, run.environment) };
    }),

    implement(ROUTES.listRuns, async ({ who, query }) => {
      const { rows, next } = await gate.store.in(who.workspace).runs.list({
        limit: query.limit ?? PAGE,
        ...filterOf(query),
        ...(query.rerunOf === undefined ? {} : { rerunOf: query.rerunOf }),
        ...cursorOf(gate.store, who.workspace, 'runs', query.cursor),
        sight: sightOf(who, 'run.read'),
      });
      const names = await namesOf(gate.store, who.workspace, rows);
      const shown = await sight.rows(() => who, rows);
      return give(200, {
        runs: shown.map((row) => rowShown(row, names)),
        ...nextOf(gate.store, who.workspace, 'runs', next),
      });
    }),

    implement(ROUTES.listFailures, async ({ who, query }) => {
      const { runs } = gate.store.in(who.workspace);
      const looked = await looks.of(who.workspace, () =>
        runs.failures({
          ...(query.flow === undefined ? {} : { flow: query.flow }),
          ...(query.from === undefined ? {} : { from: Date.parse(query.from) }),
          sight: sightOf(who, 'run.read'),
        }),
      );
      if (looked === null) return refuse('requests.limit');
      const { groups, more } = looked;
      const names = await namesOf(gate.store, who.workspace, groups);
      const failures = groups.map((group) => ({
        ...group,
        flowName: names.get(group.flow) ?? null,
        first: at(group.first),
        last: at(group.last),
      }));
      return give(200, { failures, more });
    }),

    implement(ROUTES.getRun, async ({ who, params, query }) => {
      const run = await gate.engine.view(who.workspace, params.id, query.large === 'apart');
      if (run === null) return MISSING;
      const reveal = await gate.engine.reveals(who.workspace, run.flow, run.environment);
      const { apart, ...shown } = await sight.view(() => who, run);
      return { ...give(200, { ...shown, output: shown.output ?? null, ...(apart && apartIn(run.id, apart)) }), reveal };
    }),

    implement(ROUTES.getJournal, async ({ who, params, query }) => {
      const journal = await gate.engine.journal(who.workspace, params.id, query.after ?? 0, query.limit ?? EVENTS);
      if (journal === null) return MISSING;
      const events: EventView[] = [];
      for (const event of journal.events) events.push(await sight.event(() => who, params.id, event));
      return give(200, { events, ...(journal.next === null ? {} : { next: journal.next }) });
    }),

    implement(ROUTES.followRun, async ({ who, params, query, request }) => {
      const last = request.headers['last-event-id'];
      if (last !== undefined && !/^[0-9]{1,12}$/.test(String(last)))
        return refuse('field.wrong', 'expected the seq of an event in Last-Event-ID');
      const after = last === undefined ? (query.after ?? 0) : Number(last);
      const { workspace } = who;
      const row = await gate.store.in(workspace).runs.get(params.id);
      // An EventSource asks again after the end; 204 is how the standard tells it to stop.
      if (row !== null && after > 0 && isOver(row.state) && after >= row.seq) return nothing();
      const still = async (): Promise<boolean> => (await request.passage?.again()) === true;
      const reader = async () => {
        const found = await request.passage?.now?.();
        return found !== undefined && 'who' in found ? found.who : null;
      };
      const stream = await streams.open(who.id, still, async (signal) => {
        const events = await gate.engine.follow(workspace, params.id, after, signal);
        return events === null ? null : sight.events(reader, params.id, events);
      });
      return streamed(stream, request.raw.socket, gate.limit.stalled);
    }),

    implement(ROUTES.cancelRun, async ({ who, params, body }) => {
      const done = await gate.engine.cancel(who, params.id, body.reason);
      return done.ok ? give(200, short(done.value)) : { refused: done.problem };
    }),

    implement(ROUTES.continueRun, async ({ who, params, body }) => {
      const { step, item, mode, input } = body;
      const done = await gate.engine.goOn({
        principal: who,
        run: params.id,
        mode,
        ...(step === undefined ? {} : { step }),
        ...(item === undefined ? {} : { item }),
        ...(input === undefined ? {} : { input: { value: input } }),
      });
      return done.ok ? give(200, short(done.value)) : { refused: done.problem };
    }),

    implement(ROUTES.rerunRun, async ({ who, params, body }) => {
      const { failed, from, to, input, version } = body;
      const mode =
        failed === true
          ? { failed }
          : from !== undefined
            ? { from }
            : to !== undefined
              ? { to }
              : { all: true as const };
      const done = await gate.engine.rerun({
        principal: who,
        run: params.id,
        mode,
        ...(input === undefined ? {} : { input }),
        ...(version === undefined ? {} : { version }),
      });
      return done.ok ? give(202, short(done.value)) : { refused: done.problem };
    }),

    implement(ROUTES.resolveRun, async ({ who, params, body }) => {
      const done = await gate.engine.resolve(who, params.id, body.choice);
      return done.ok ? give(200, short(done.value)) : { refused: done.problem };
    }),
  ];
};

export const lackingIn = (environment: string, lacks: readonly Missing[]) => ({
  ...refuse(
    'grant.missing',
    `${lacks.length === 1 ? 'One power is' : `${lacks.length} powers are`} not lent in the environment ${environment}`,
    `Lend what \`missing\` lists: POST …/grants {"environment": ${JSON.stringify(environment)}, "grants": …}.`,
  ),
  more: { missing: lacks.map(({ step, power }) => ({ step, power })) },
});
