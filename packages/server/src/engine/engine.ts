/**
 * The embedded engine: everything of this room put together behind EnginePort. In process, journal in the store.
 *
 * It is opened by main alone; the gateway sees the port and the guard, and nothing else of it.
 */

import { createHash } from 'node:crypto';
import {
  at,
  type Catalog,
  type EnginePort,
  type GuardPort,
  isOver,
  may,
  type Permission,
  parsePower,
  type Power,
  type Principal,
  problem,
  type Result,
  type RunView,
  type StartRequest,
} from '@headgate/core';
import type { Door } from '../egress/door.ts';
import type { RunRow, Store } from '../store/ports.ts';
import { Broker } from './broker.ts';
import { type Clock, systemClock } from './clock.ts';
import { Flows, type Target } from './flows.ts';
import { Followers } from './follow.ts';
import { Hooks, inputProblem } from './hooks.ts';
import { KnownValues } from './known.ts';
import type { Live } from './live.ts';
import { Loop } from './loop.ts';
import { netFor } from './net.ts';
import { rerun } from './rerun.ts';
import { Runs } from './runs.ts';
import { Schedule } from './schedule.ts';
import { startLimits } from './start.ts';
import { Timers } from './timers.ts';
import { type ReadBlob, Values } from './values.ts';
import { eventView, viewOf } from './views.ts';

/** The opening half of the vault, as the engine uses it. */
export type Vault = {
  readonly openChunk: (workspace: string, run: string, from: number, sealed: Uint8Array) => string;
  readonly openBlob: ReadBlob;
  readonly openSecret: (workspace: string, id: string, version: number, sealed: Uint8Array) => string;
  /** The one-time token of a `wait.event` step instance: a MAC over run, step and item (row WH-08). */
  readonly resumeToken: (run: string, step: string, item: readonly number[]) => string;
};

export type EngineLog = (level: 'info' | 'warn' | 'error', text: string, data: Record<string, unknown>) => void;

export type EngineOptions = {
  readonly store: Store;
  readonly vault: Vault;
  readonly door: Door;
  readonly catalog: Catalog;
  readonly publicUrl: string;
  readonly log: EngineLog;
  readonly clock?: Clock;
  /** Keep finished runs this long, and at most so many of a flow. */
  readonly keep?: { readonly for: number; readonly perFlow: number };
};

export type Engine = EnginePort & {
  readonly guard: GuardPort;
  /** Milliseconds of grace for work under way. */
  readonly close: (grace: number) => Promise<void>;
  readonly recovered: { readonly running: number; readonly waiting: number; readonly queued: number };
};

const SWEEP = 60_000;
const KEEP = { for: 30 * 86_400_000, perFlow: 100_000 };

/** Opens the engine and takes up every run that was not over. */
export const openEngine = async (o: EngineOptions): Promise<Engine> => {
  const clock = o.clock ?? systemClock;
  const { store, vault, log } = o;
  const timers = new Timers(clock);
  const values = new Values(vault.openBlob);
  const flows = new Flows(store, o.catalog);
  const followers = new Followers();
  const known = new KnownValues();
  const journal = followers.watching(store.journal, (write) => values.written((write.blobs ?? []).map((b) => b.id)));
  const broker = new Broker({
    journal,
    now: clock.now,
    lent: (live) => flows.lent(live.base.workspace, live.base.flow),
    caller: (live) => store.engine.keyById(live.base.principal),
  });

  const openSecret = async (
    workspace: string,
    project: string,
    name: string,
    origin?: string,
  ): Promise<string | null> => {
    const kept = await store.in(workspace).secrets.sealed(project, name);
    if (kept === null || (origin !== undefined && !kept.origins.includes(origin))) return null;
    return vault.openSecret(workspace, kept.id, kept.version, kept.sealed);
  };
  const tokenOf = (live: Live, step: string, item: readonly number[]): string => vault.resumeToken(live.id, step, item);
  const hashOf = (token: string): string => createHash('sha256').update(token).digest('hex');

  const info = {
    links: (live: Live, item: readonly number[]): Record<string, string> | null => {
      const { events, shape } = live.compiled;
      if (events.length === 0) return null;
      const depthOf = (id: string): number => shape.steps[shape.byId.get(id) ?? -1]?.depth ?? 0;
      return Object.fromEntries(
        events.map((id) => [id, `${o.publicUrl}/api/v1/resume/${tokenOf(live, id, item.slice(0, depthOf(id)))}`]),
      );
    },
  };
  const narrowOf = (texts: readonly string[] | undefined): Power[] | undefined =>
    texts?.flatMap((t) => {
      const power = parsePower(t);
      return power.ok ? [power.value] : [];
    });

  const runs: Runs = new Runs({
    store,
    clock,
    timers,
    values,
    flows,
    journal,
    open: { chunk: vault.openChunk },
    log,
    over: (live) => afterEnd(live),
    loop: (self) =>
      new Loop({
        clock,
        timers,
        journal,
        values,
        info,
        lend: (live, cs, signal) => ({
          net: netFor(
            { broker, door: o.door, store, secrets: { open: openSecret } },
            live,
            cs.step.id,
            narrowOf(cs.step.narrow),
            signal,
          ),
        }),
        call: async (live, step, scope, attempt, name, input) => {
          const narrow = narrowOf(live.compiled.steps[step.index]?.step.narrow);
          const done = await broker.effect(live, step.id, narrow, [{ power: 'flow', flow: name }], async () => {
            const target = await flows.named(live.base.workspace, live.base.project, name);
            if (!target.ok) return { problem: target.problem };
            const checked = checkInput(target.value, input);
            return checked.ok
              ? self.call(live, step, scope, attempt, target.value, checked.value)
              : { problem: checked.problem };
          });
          return done.ok ? done.value : { problem: done.problem };
        },
        watch: (live, wait) => self.watch(live, wait),
        tokenHash: (live, step, item) => hashOf(tokenOf(live, step, item)),
        ended: (live) => self.ended(live),
        parked: (live) => self.parked(live),
        bug: (live, step, error) =>
          log('error', 'a step failed unexpectedly', {
            run: live.id,
            step,
            error: error instanceof Error ? error.stack : 'not an error',
          }),
        down: (live) => self.abandon(live),
      }),
  });

  const alert = (text: string, data: Record<string, unknown>): void => log('warn', text, data);

  /** A failed run is told of: in the log always, and to the flow that its settings name. */
  const afterEnd = (live: Live): void => {
    const { state, base } = live;
    if (state.phase !== 'failed') return;
    alert('a run failed', { run: base.id, flow: base.flow, code: state.problem?.code, step: state.problem?.at?.step });
    const name = live.compiled.flow.settings?.errorFlow;
    if (name === undefined || base.triggerKind === 'error@1') return;
    void flows.named(base.workspace, base.project, name).then((target) => {
      if (!target.ok)
        return alert('the error flow cannot be run', { run: base.id, errorFlow: name, code: target.problem.code });
      const input = {
        run: base.id,
        flow: base.flow,
        version: base.version,
        trigger: base.triggerKind,
        problem: state.problem,
      };
      const checked = checkInput(target.value, input);
      if (!checked.ok) return alert('the error flow does not take what it is told', { run: base.id, errorFlow: name });
      runs.create({
        target: target.value,
        input: checked.value,
        trigger: { kind: 'error@1', data: { run: base.id } },
        principal: `flow:${base.flow}`,
        environment: base.environment,
        priority: 0,
        limitKey: null,
        idempotencyKey: `error:${base.id}`,
        depth: 1,
      });
    });
  };

  const schedule = new Schedule({
    store,
    clock,
    timers,
    missed: (row, count, rule) =>
      alert('a schedule missed its times', { flow: row.flow, trigger: row.trigger, count, rule }),
    start: async ({ row, due, input }) => {
      const target = await flows.latest(row.workspace, row.flow);
      if (!target.ok) return alert('a schedule cannot start its flow', { flow: row.flow, code: target.problem.code });
      const checked = checkInput(target.value, input);
      if (!checked.ok)
        return alert('a schedule’s input is not what its flow takes', {
          flow: row.flow,
          trigger: row.trigger,
          code: checked.problem.code,
        });
      const key = `schedule:${row.trigger}:${due}`;
      if ((await store.in(row.workspace).runs.byIdempotencyKey(row.flow, key, 0)) !== null) return;
      const made = runs.create({
        target: target.value,
        input: checked.value,
        trigger: { id: row.trigger, kind: 'schedule@1', data: { due: new Date(due).toISOString() } },
        principal: `trigger:${row.trigger}`,
        environment: 'default',
        priority: target.value.compiled.flow.settings?.priority ?? 0,
        limitKey: null,
        idempotencyKey: key,
        depth: 0,
      });
      if ('problem' in made)
        return alert('a scheduled run could not begin', { flow: row.flow, code: made.problem.code });
      await journal.barrier(made.live.group);
    },
  });

  const hooks = new Hooks({ store, clock, flows, runs, values, journal, secret: (w, p, n) => openSecret(w, p, n) });

  const learn = async (): Promise<void> => {
    const secrets = await store.engine.allSecrets();
    known.learn(secrets.map((s) => vault.openSecret(s.workspace, s.id, s.version, s.sealed)));
  };
  const changed = (): void => {
    flows.forget();
    hooks.forget();
    void learn().catch((error: unknown) => log('error', 'secrets could not be read', { error: String(error) }));
    void schedule
      .load()
      .catch((error: unknown) => log('error', 'schedules could not be read', { error: String(error) }));
  };
  await learn();
  const recovered = await runs.recover();
  await schedule.load();
  const unsubscribe = store.onChange(changed);

  const keep = o.keep ?? KEEP;
  const sweep = (): void => {
    void store.engine
      .sweep({ olderThan: clock.now() - keep.for, keepPerFlow: keep.perFlow, limit: 1_000 })
      .catch((error: unknown) => log('error', 'old runs could not be removed', { error: String(error) }));
    timers.at(clock.now() + SWEEP, sweep);
  };
  timers.at(clock.now() + SWEEP, sweep);

  const viewLive = (live: Live): RunView => {
    const { row, output, problem: why } = runs.outcomeOf(live);
    return viewOf(row, { output, problem: why });
  };
  const viewRow = async (row: RunRow): Promise<RunView> => viewOf(row, await runs.ending(row.workspace, row));
  const view = async (workspace: string, id: string): Promise<RunView | null> => {
    const live = runs.live(id);
    if (live !== undefined && live.base.workspace === workspace && !live.over) return viewLive(live);
    const row = await store.in(workspace).runs.get(id);
    return row === null ? null : viewRow(row);
  };

  /** A run the principal may do this to; another workspace's is as one that never existed. */
  const reach = async (who: Principal, id: string, permission: Permission): Promise<Result<RunRow>> => {
    const row = await store.in(who.workspace).runs.get(id);
    const live = runs.live(id);
    const found = row ?? (live !== undefined && live.base.workspace === who.workspace ? live.row() : null);
    if (
      found === null ||
      !may(who, permission, { workspace: found.workspace, project: found.project, flow: found.flow })
    ) {
      return { ok: false, problem: problem('run.not_found', 'There is no such run') };
    }
    return { ok: true, value: found };
  };

  const start = async (request: StartRequest): Promise<Result<{ run: RunView; finished: boolean }>> => {
    const { principal } = request;
    const found = await pick(flows, store, request, clock.now());
    if (!found.ok) return found;
    const target = found.value;
    if (!may(principal, 'run', { workspace: target.workspace, project: target.row.project, flow: target.row.id })) {
      return { ok: false, problem: problem('flow.not_found', 'There is no such flow') };
    }
    if (!target.row.enabled)
      return {
        ok: false,
        problem: problem('flow.disabled', 'This flow is switched off', {
          at: { flow: target.row.id },
          fix: 'Switch it on first.',
        }),
      };
    const checked = checkInput(target, request.input);
    if (!checked.ok) return checked;
    const limits = startLimits(target.compiled, checked.value, request.trigger, clock.now());
    if ('problem' in limits) return { ok: false, problem: limits.problem };
    const unknownPin = Object.keys(request.pins ?? {}).find((id) => !target.compiled.shape.byId.has(id));
    if (unknownPin !== undefined)
      return {
        ok: false,
        problem: problem('input.pins', `There is no step ${unknownPin} to pin`, {
          at: { field: `pins.${unknownPin}` },
        }),
      };
    const key = request.idempotencyKey ?? limits.idempotencyKey;
    const existing =
      key === null
        ? null
        : (runs.byKey(target.row.id, key) ??
          (await store.in(target.workspace).runs.byIdempotencyKey(target.row.id, key, 0)) ??
          runs.byKey(target.row.id, key));
    if (existing !== null) return finish(principal.workspace, existing, request.wait);
    const made = runs.create({
      target,
      input: checked.value,
      trigger: request.trigger,
      principal: principal.id,
      environment: request.environment ?? 'default',
      priority: request.priority ?? target.compiled.flow.settings?.priority ?? 0,
      limitKey: limits.limitKey,
      idempotencyKey: key,
      depth: 0,
      ...(request.pins === undefined ? {} : { before: (live, when) => pin(live, when, request.pins ?? {}) }),
    });
    return 'problem' in made ? { ok: false, problem: made.problem } : answer(made.live, request.wait);
  };

  const pin = (live: Live, when: number, pins: Readonly<Record<string, unknown>>): void => {
    for (const [step, value] of Object.entries(pins)) {
      const held = values.hold(value, live.spilled);
      if ('held' in held) live.record(when, 'step.done', { out: held.held, pinned: true }, step);
    }
  };

  const answer = async (live: Live, wait: number): Promise<Result<{ run: RunView; finished: boolean }>> => {
    if (!live.over && wait > 0) {
      await new Promise<void>((resolve) => {
        const cancel = timers.at(clock.now() + wait, resolve);
        live.onEnd.push(() => {
          cancel();
          resolve();
        });
      });
    }
    try {
      await journal.barrier(live.group);
    } catch {
      runs.abandon(live);
      return {
        ok: false,
        problem: problem('store.unavailable', 'The run could not be made durable', {
          retry: 'yes',
          fix: 'Look at /health/ready, then try again.',
        }),
      };
    }
    return { ok: true, value: { run: viewLive(live), finished: live.over } };
  };

  const finish = async (
    workspace: string,
    id: string,
    wait: number,
  ): Promise<Result<{ run: RunView; finished: boolean }>> => {
    const live = runs.live(id);
    if (live !== undefined) return answer(live, wait);
    const found = await view(workspace, id);
    return found === null
      ? { ok: false, problem: problem('run.not_found', 'There is no such run') }
      : { ok: true, value: { run: found, finished: isOver(found.state) } };
  };

  const settled = async (live: Live): Promise<Result<RunView>> => {
    const done = await answer(live, 0);
    return done.ok ? { ok: true, value: done.value.run } : done;
  };

  return {
    guard: known,
    recovered,
    start,
    view,
    hook: (request) => hooks.answer(request),
    journal: async (workspace, id, after, limit) => {
      const row = await store.in(workspace).runs.get(id);
      if (row === null) return null;
      const events = [];
      let next: number | null = null;
      for await (const event of runs.events(workspace, id, after)) {
        if (events.length === limit) {
          next = events[events.length - 1]?.seq ?? after;
          break;
        }
        events.push(eventView(event, workspace, values));
      }
      return { events, next };
    },
    follow: async (workspace, id, after, signal) => {
      const row = await store.in(workspace).runs.get(id);
      const live = runs.live(id);
      if (row === null && live?.base.workspace !== workspace) return null;
      const events = followers.events(store, workspace, id, after, (seen) => runs.events(workspace, id, seen), signal);
      return (async function* () {
        for await (const event of events) yield eventView(event, workspace, values);
      })();
    },
    cancel: async (who, id, reason) => {
      const found = await reach(who, id, 'run.cancel');
      if (!found.ok) return found;
      const live = await runs.hold(who.workspace, id);
      if (live === null || live.over) return { ok: false, problem: problem('run.over', 'This run is over already') };
      live.record(clock.now(), 'run.cancel', { by: who.id, ...(reason === undefined ? {} : { reason }) });
      runs.loop.advance(live);
      return settled(live);
    },
    resolve: async (who, id, choice) => {
      const found = await reach(who, id, 'run.cancel');
      if (!found.ok) return found;
      const live = await runs.hold(who.workspace, id);
      if (live === null || live.state.phase !== 'in_doubt')
        return { ok: false, problem: problem('run.not_in_doubt', 'This run is not in doubt') };
      live.record(clock.now(), 'run.resolved', { choice, by: who.id });
      runs.loop.advance(live);
      return settled(live);
    },
    rerun: async (request) => {
      const found = await reach(request.principal, request.run, 'run');
      if (!found.ok) return found;
      const made = await rerun({ store, flows, runs, values, check: checkInput }, found.value, request);
      return made.ok ? settled(made.value) : made;
    },
    resumable: async (token) => {
      const kept = await store.engine.resumeToken(hashOf(token));
      if (kept === null) return null;
      const live = await runs.hold(kept.workspace, kept.run);
      return {
        used: kept.used !== null || live?.waits.some((w) => w.token === hashOf(token)) !== true,
        note: kept.note,
      };
    },
    resume: async (token, body) => {
      const hash = hashOf(token);
      const kept = await store.engine.resumeToken(hash);
      const gone = problem('resume.used', 'This link has done its work, or its run is over');
      if (kept === null) return { ok: false, problem: problem('resume.unknown', 'There is nothing at this link') };
      const live = await runs.hold(kept.workspace, kept.run);
      const wait = live?.waits.find((w) => w.token === hash && !w.scope.dropped);
      if (live === null || live === undefined || wait === undefined || live.over) return { ok: false, problem: gone };
      live.waits = live.waits.filter((w) => w !== wait);
      runs.loop.done(live, wait.step, wait.scope, body, 'answered');
      runs.loop.advance(live);
      await journal.barrier(live.group);
      await store.engine.useToken(hash, clock.now());
      return { ok: true, value: { run: live.id } };
    },
    ready: () => (runs.down ? ['the journal cannot be written'] : []),
    close: async (grace) => {
      unsubscribe();
      schedule.close();
      await runs.close(grace);
      timers.close();
    },
  };
};

const checkInput = (target: Target, input: unknown): Result<unknown> => {
  const { input: declared } = target.compiled;
  if (declared === null) return { ok: true, value: input };
  const checked = declared(input);
  return checked.ok ? checked : { ok: false, problem: inputProblem(checked.problems) };
};

const pick = async (flows: Flows, store: Store, request: StartRequest, now: number): Promise<Result<Target>> => {
  const { workspace } = request.principal;
  if ('draft' in request.which) return flows.draft(workspace, request.flow, now);
  const { version } = request.which;
  if (version === undefined) return flows.latest(workspace, request.flow);
  const row = await store.in(workspace).flows.get(request.flow);
  return row === null
    ? { ok: false, problem: at({ flow: request.flow }, problem('flow.not_found', 'There is no such flow')) }
    : flows.version(workspace, row, version);
};
