/**
 * The runs of this engine: begun, kept in memory while they work, let go while they wait, read back by their journal.
 * All entrances come through `create`; all ends go through `#ended`.
 *
 * R1 A run is in memory once at most: `hold` is the only way to one, and loading it twice at a time gives the same.
 * R2 What a crash interrupted is judged when the run is read back: repeated if its start said so, otherwise in doubt. A run
 *    that was working at one crash after the other is held back, so that it does not bring the server down for ever.
 */

import { isOver, isWorking, Passing, type Problem, problem, unsettled } from '@headgate/core';
import type { RunRow, Store } from '../store/ports.ts';
import { Admission } from './admission.ts';
import { type Begin, baseOf, dueOf, laneFor } from './begin.ts';
import { Recent } from './cache.ts';
import { Children } from './children.ts';
import type { Asks } from './asks.ts';
import type { Clock } from './clock.ts';
import type { CompiledFlow } from './compiled.ts';
import { doubt, Interruptions, poison } from './doubt.ts';
import { Ends } from './ends.ts';
import { Families } from './families.ts';
import type { Flows, Target } from './flows.ts';
import type { Later } from './later.ts';
import { type Ledger, spenderOf } from './ledger.ts';
import { HELD_WAKE, Live } from './live.ts';
import { type Loop, PARK } from './loop.ts';
import { AGAIN, Outage } from './outage.ts';
import { dismiss, isRevoked } from './revoked.ts';
import { startLimits, tooDeep } from './start.ts';
import type { Timers } from './timers.ts';
import type { Values } from './values.ts';
import { Wakes } from './wakes.ts';

export type Opener = { readonly chunk: (workspace: string, run: string, from: number, sealed: Uint8Array) => string };

type Deps = {
  readonly store: Store;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly later: Later;
  readonly values: Values;
  readonly flows: Flows;
  readonly ledger: Ledger;
  readonly full: () => Problem | null;
  readonly open: Opener;
  readonly loop: (runs: Runs) => Loop;
  readonly journal: Store['journal'];
  readonly asks: Asks;
  readonly over: (live: Live) => void;
  readonly refused: (target: Target, principal: string, why: Problem) => Problem;
  readonly log: (level: 'warn' | 'error', text: string, data: Record<string, unknown>) => void;
};

export class Runs {
  readonly #d: Deps;
  readonly #live = new Passing<string, Live>();
  readonly #loading = new Map<string, Promise<Live | null>>();
  readonly admission: Admission;
  readonly loop: Loop;
  readonly ends: Ends;
  readonly children: Children;
  readonly later: Later;
  readonly wakes: Wakes;
  readonly #families = new Families();
  readonly #outage: Outage;

  constructor(deps: Deps) {
    this.#d = deps;
    this.admission = new Admission({
      clock: deps.clock,
      timers: deps.timers,
      begin: (run, workspace) => this.beginQueued(run, workspace),
      begunSince: (ticket, since) =>
        deps.store.engine.begunSince(ticket.workspace, ticket.flow, ticket.lane, since, ticket.compiled.rate?.max ?? 0),
      failed: (error) => deps.log('error', 'earlier runs of a flow could not be counted', { error: String(error) }),
      replaced: ({ run, workspace }, by) => this.later.do(workspace, 'a debounced run', () => this.#replaced(run, by)),
    });
    this.later = deps.later;
    this.loop = deps.loop(this);
    this.ends = new Ends({ ...deps, live: (run) => this.live(run), hold: (w, run) => this.hold(w, run) });
    this.children = new Children({ ...deps, runs: this });
    this.wakes = new Wakes({ ...deps, runs: this });
    this.#outage = new Outage({ ...deps, hold: (w, run) => this.hold(w, run) });
  }

  /** Runs begun lately, by idempotency key: what is not durable yet cannot be asked of the store. */
  readonly #keys = new Recent<string, string>(100_000);

  byKey(flow: string, key: string): string | null {
    return this.#keys.get(`${flow}\n${key}`) ?? null;
  }

  get size(): number {
    return this.#live.size;
  }

  get down(): boolean {
    return this.#outage.size > 0;
  }

  /** Makes a run, records its beginning, and lets it go as far as it can now. The caller waits for `group` or an end. */
  create(p: Begin): { live: Live } | { problem: Problem } {
    const { target, trigger } = p;
    const closed = this.#gone(target.workspace) ?? this.#d.store.locked(target.workspace) ?? tooDeep(p.depth);
    if (closed !== null) return { problem: closed };
    // What a run under way needs to come to its end is let in: the room that is left is kept for that.
    const full = p.from === undefined ? this.#d.full() : null;
    if (full !== null) return { problem: full };
    const limits = p.limitKey === undefined ? startLimits(target, p.input, trigger, this.#d.clock.now()) : p;
    if ('problem' in limits) return limits;
    const spender = spenderOf(target, p.principal);
    const poor = this.#d.ledger.begin(spender, target.compiled.metered);
    if (poor !== null) return { problem: this.#d.refused(target, p.principal, poor) };
    const first = p.from?.first;
    const crowded = first === undefined ? null : this.#families.join(first, p.recursive === true);
    if (crowded !== null) {
      this.#d.ledger.undo(spender);
      return { problem: crowded };
    }
    const now = this.#d.clock.now();
    const id = p.id ?? this.#d.clock.id('r');
    const { compiled, row } = target;
    const lane = laneFor(p, limits.limitKey);
    const live = new Live(baseOf(p, id, lane, now), compiled);
    const input = this.#d.values.hold(p.input, live.spilled);
    if ('problem' in input) {
      this.#d.ledger.undo(spender);
      return input;
    }
    live.record(now, 'run.created', {
      flow: row.id,
      version: target.version,
      hash: compiled.hash,
      plan: 1,
      trigger,
      input: input.held,
      environment: target.environment,
      ...(target.vars === null ? {} : { vars: target.vars }),
      principal: p.principal,
      depth: p.depth,
      ...(p.parent === undefined ? {} : { parent: p.parent }),
      ...(first === undefined ? {} : { first }),
      ...(p.rerunOf === undefined ? {} : { rerunOf: p.rerunOf }),
      ...(p.only === undefined ? {} : { only: p.only }),
      ...(p.breakpoints === undefined ? {} : { breakpoints: p.breakpoints }),
    });
    if ('value' in input.held) live.inputText = p.inputText ?? null;
    p.before?.(live, now);
    if (p.delivery !== undefined) live.delivery = p.delivery;
    if (p.memory !== undefined) live.memory = p.memory;
    live.untold = p.untold === true;
    this.#live.set(id, live);
    if (lane === null) this.#start(live);
    else {
      const ticket = { run: id, workspace: target.workspace, flow: row.id, lane, priority: p.priority, compiled };
      const due = dueOf(p, now);
      const admitted = this.admission.ask(ticket, due);
      if (admitted === 'full') {
        this.#live.delete(id);
        this.#d.values.written(live.spilled.map((blob) => blob.id));
        if (first !== undefined) this.#families.leave(first);
        this.#d.ledger.undo(spender);
        return {
          problem: problem('run.queue_full', 'Too many runs of this workspace wait already', {
            retry: 'after',
            retryAfter: 5_000,
            fix: 'Try again later, or raise the concurrency of the flow.',
          }),
        };
      }
      if (admitted === 'now') {
        live.admitted = true;
        this.#start(live);
      } else live.flush(this.#d.journal, due);
    }
    // Not before: the key of a run that was refused stands for nothing.
    if (p.idempotencyKey !== null) this.#keys.set(`${row.id}\n${p.idempotencyKey}`, id);
    return { live };
  }

  #start(live: Live): void {
    live.record(this.#d.clock.now(), 'run.started', {});
    this.wakes.deadline(live);
    this.loop.advance(live);
  }

  beginQueued(run: string, workspace: string): void {
    this.later.do(workspace, 'the beginning of a queued run', async () => {
      const live = await this.#hold(run);
      if (live === null || live.over || live.state.phase !== 'queued') return;
      live.admitted = true;
      if (await isRevoked(this.#d.store, live.base)) return dismiss(this.#d.clock, this.loop, live);
      this.#start(live);
    });
  }

  /** Runs in memory that did not begin yet. */
  queued(): readonly Live[] {
    return this.#live.values().filter((live) => live.state.phase === 'queued');
  }

  async #replaced(run: string, by: string): Promise<void> {
    const live = await this.#hold(run);
    if (live === null || live.over) return;
    live.record(this.#d.clock.now(), 'run.cancel', { by: 'debounce', reason: `run ${by} took its place` });
    this.loop.advance(live);
  }

  /** A run by id, wherever it is: in memory, or read back. Null when it is over, unknown, or of another workspace. */
  async hold(workspace: string, run: string): Promise<Live | null> {
    const live = await this.#hold(run, workspace);
    return live === null || live.base.workspace !== workspace ? null : live;
  }

  has(run: string): boolean {
    return this.#live.has(run);
  }

  live(run: string): Live | undefined {
    return this.#live.get(run);
  }

  async #hold(run: string, workspace?: string): Promise<Live | null> {
    const live = this.#live.get(run);
    if (live !== undefined) return live;
    const loading = this.#loading.get(run);
    if (loading !== undefined) return loading;
    if (workspace === undefined) {
      const known = this.#queuedIn.get(run);
      if (known === undefined) return null;
      workspace = known;
    }
    const load = this.#load(workspace, run).finally(() => this.#loading.delete(run));
    this.#loading.set(run, load);
    return load;
  }

  readonly #queuedIn = new Map<string, string>();

  async #load(workspace: string, run: string): Promise<Live | null> {
    const again = await this.#outage.passed(run);
    const row = await this.#d.store.in(workspace).runs.get(run);
    if (row === null || isOver(row.state) || this.#shut.has(workspace)) return null;
    const compiled = await this.#d.flows.byHash(workspace, row.hash);
    if (again) this.relane(row, compiled);
    if (compiled === null) {
      this.#d.log('error', 'a run cannot go on: its flow does not compile any more', { run });
      return null;
    }
    const live = new Live(row, compiled);
    const interruptions = new Interruptions();
    for await (const event of this.ends.events(workspace, run, 0)) {
      live.replay(event);
      interruptions.read(event);
    }
    if (this.#shut.has(workspace)) return null;
    const worked = !again && isWorking(live.state);
    // Its row may have been written before all was known: it is written again, event or not.
    if (row.state === 'running') live.touch();
    const held = worked && interruptions.tooMany;
    if (worked && !held) {
      // On disk before it goes on: if it brings the server down again, the next start knows.
      live.record(this.#d.clock.now(), 'run.recovered', {});
      live.flush(this.#d.journal);
      await this.#d.journal.barrier(live.group);
      if (this.#shut.has(workspace)) return null;
    }
    this.#queuedIn.delete(run);
    live.admitted = row.limitKey !== null && live.state.phase !== 'queued';
    this.#live.set(run, live);
    this.wakes.deadline(live);
    this.wakes.held(live);
    const cut = unsettled(live.state).filter(({ doubted }) => !doubted);
    for (const { scope, step } of cut) {
      if (!held && interruptions.mayRepeat(step.id, scope.item)) this.loop.again(live, scope, step);
      else {
        const why = held ? poison(step.id) : doubt(step.id, scope.item);
        live.record(this.#d.clock.now(), 'run.doubted', { problem: why }, step.id, scope.item);
      }
    }
    if (held && cut.length === 0) this.loop.fail(live, poison());
    this.loop.advance(live);
    return live;
  }

  /** A run that only waits, or stands in doubt, may leave memory: once all of it is on disk and nobody came back to it. */
  parked(live: Live): void {
    const { wake } = live;
    if (!live.idle || (live.state.phase !== 'in_doubt' && live.waits.length === 0 && !live.held)) return;
    if (wake !== null && wake > HELD_WAKE && wake - this.#d.clock.now() <= PARK) return;
    const { group } = live;
    this.#d.journal.barrier(group).then(
      () =>
        setImmediate(() => {
          // What was written meanwhile may not be durable yet: read back now, it would be an older run.
          if (live.idle && live.group === group && this.#live.get(live.id) === live) this.#live.delete(live.id);
        }),
      () => this.abandon(live),
    );
  }

  /** The loop wrote the end of a run. */
  ended(live: Live): void {
    live.cancelTimeout?.();
    const { base } = live;
    this.#d.ledger.left(base.workspace);
    if (base.limitKey !== null && live.admitted) this.admission.leave(base.limitKey);
    else if (base.limitKey !== null) this.admission.forget(base.limitKey, live.id);
    live.admitted = false;
    if (live.first !== live.id) this.#families.leave(live.first);
    this.#overOnce(live, live.waiters());
  }

  /** Tells of an end when it is durable. Who waits hears of a refusal at once; caller and alerts when the end is written. */
  #overOnce(live: Live, tell: readonly (() => void)[]): void {
    this.#d.journal.barrier(live.group).then(
      () => {
        if (this.#live.get(live.id) === live) this.#live.delete(live.id);
        for (const t of tell) t();
        const { parent, workspace } = live.base;
        if (parent !== null)
          this.later.do(workspace, 'the end of a called flow', () => this.children.over(workspace, parent, live.id));
        this.#d.over(live);
      },
      () => {
        for (const t of tell) t();
        this.#d.timers.at(this.#d.clock.now() + AGAIN, () => this.#overOnce(live, live.waiters()));
      },
    );
  }

  /** Nothing more happens to this run, and what was not written of it is lost, until it is read back. */
  drop(live: Live): void {
    if (live.abandoned) return;
    live.abandoned = true;
    live.cancelTimeout?.();
    for (const flight of live.flights) flight.abort.abort();
    live.flights.clear();
    if (this.#live.get(live.id) === live) this.#live.delete(live.id);
    const { limitKey } = live.base;
    if (limitKey !== null && live.admitted) this.admission.leave(limitKey);
    else if (limitKey !== null) this.admission.forget(limitKey, live.id);
    live.admitted = false;
    for (const tell of live.waiters()) tell();
  }

  /** The journal refused a write: the run is read back once it can be written again. One that is over waits in #overOnce. */
  abandon(live: Live): void {
    if (live.abandoned || live.over) return;
    const here = this.#live.get(live.id) === live;
    this.drop(live);
    if (here) this.#outage.add(live);
  }

  /** A run read back takes its place among the others: counted when it had begun, queued again when it had not. */
  relane(row: RunRow, compiled: CompiledFlow | null): void {
    if (row.state !== 'queued') {
      if (row.limitKey !== null) this.admission.count(row.limitKey);
      return;
    }
    if (compiled === null) return;
    this.#queuedIn.set(row.id, row.workspace);
    const lane = row.limitKey ?? `${row.flow}\n`;
    const ticket = { run: row.id, workspace: row.workspace, flow: row.flow, lane, priority: row.priority, compiled };
    if (this.admission.ask(ticket, row.wake, true) === 'now') this.beginQueued(row.id, row.workspace);
  }

  /** Workspaces that are being deleted. */
  readonly #shut = new Set<string>();

  #gone(workspace: string): Problem | null {
    return this.#shut.has(workspace) ? problem('flow.not_found', 'There is no such flow') : null;
  }

  /** Nothing of this workspace begins or is read back any more. Answers what of it is in memory (farewell.ts). */
  async bar(workspace: string): Promise<readonly Live[]> {
    this.#shut.add(workspace);
    this.admission.dismiss(workspace);
    for (const [run, whose] of this.#queuedIn) if (whose === workspace) this.#queuedIn.delete(run);
    await Promise.allSettled(this.#loading.values());
    return this.#live.values().filter((live) => live.base.workspace === workspace);
  }

  /** Stops touching runs; what is written stays for the next start. */
  async close(grace: number): Promise<void> {
    const until = this.#d.clock.now() + grace;
    while (this.#live.values().some((l) => l.flights.size > 0 || l.advancing) && this.#d.clock.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    for (const live of this.#live.values()) {
      // Told to stop at once, it leaves the journal as a crash would.
      if (grace > 0 && live.state.phase === 'running' && live.state.active > 0)
        live.record(this.#d.clock.now(), 'run.paused', {});
      live.flush(this.#d.journal);
      live.abandoned = true;
      for (const flight of live.flights) flight.abort.abort();
    }
    this.#live.clear();
  }
}
