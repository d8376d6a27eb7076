/**
 * The work of evaluations: their rows are run, so many at a time, waited for, and scored. It is taken up again after a restart.
 *
 * EW1 A run of an evaluation is a run like every other: by whoever began it, with the grants of the flow as of then. Before each
 *     one it is asked anew whether that one may still run the flow.
 * EW2 Which run a row has is written before it begins; after a crash the run is found, or begun under the same id.
 * EW3 What cannot go on ends as incomplete, and says why; it never stands still unsaid. A key of the workspace that is not at hand
 *     is waited for, ten minutes at most, and so is what fails unexpectedly.
 * EW4 A run that waits for a person is not waited for: its row is done, unscored, and says so; the run is cancelled, so that it
 *     neither holds a place nor asks anybody any more.
 * EW5 A run under way of an evaluation that was stopped is cancelled, whatever was cut off between the two.
 */

import { isOver, passedAll, type EvalRow, type Problem, problem, type Result, type RunState } from '@headgate/core';
import type { EvaluatedRow, EvaluationRow } from '../../store/evaluation.ts';
import type { Store } from '../../store/ports.ts';
import type { Clock } from '../clock.ts';
import type { Flows, Target } from '../flows.ts';
import type { Followers } from '../follow.ts';
import type { Later } from '../later.ts';
import type { Vault } from '../options.ts';
import type { Asks } from '../asks.ts';
import { isRevoked } from '../revoked.ts';
import type { Runs } from '../runs.ts';
import { checkInput } from '../starter.ts';
import type { Timers } from '../timers.ts';
import { EVALUATION } from './kind.ts';
import { type Ended, noAnswer, notScored, scoresOf, WAITS } from './scoring.ts';

export type WorkDeps = {
  readonly store: Store;
  readonly journal: Store['journal'];
  readonly clock: Clock;
  readonly timers: Timers;
  readonly later: Later;
  readonly flows: Flows;
  readonly runs: Runs;
  readonly followers: Followers;
  readonly asks: Pick<Asks, 'watch'>;
  readonly open: Vault['openChunk'];
  readonly models: {
    readonly embedHere: (texts: readonly string[], signal: AbortSignal) => Promise<readonly (readonly number[])[]>;
  };
};

/** Milliseconds until what found no place, or no key, is tried again, and for how long; what fails unexpectedly, as long. */
const PAUSE = 5_000;
const PATIENCE = 600_000;
/** What passes by itself: a place in the queue gets free, the key of the workspace is put back. */
const PASSING: readonly string[] = ['run.queue_full', 'workspace.locked'];

const REVOKED = problem('evaluation.revoked', 'Who began the evaluation may not run the flow any more', {
  fix: 'Let somebody begin it who may.',
});

const FAILED = problem('evaluation.failed', 'The evaluation failed unexpectedly, again and again', {
  fix: 'Look into the log of the server for why, then begin it anew.',
});

/** Why its runs are cancelled, as it stands in them. */
export const STOPPED = 'its evaluation was stopped';
const UNANSWERED = 'an evaluation does not wait for people';

/** States in which a run may stay for ever. */
const STILL: readonly RunState[] = ['in_doubt', WAITS];

const IN_DOUBT = problem('evaluation.doubt', 'The server stopped in the middle of a step that is not done twice', {
  fix: 'Look at the run, say what became of the step, and begin the evaluation anew.',
});

/** A reason for which no further row is run. */
class Halt extends Error {
  readonly why: Problem;
  constructor(why: Problem) {
    super(why.code);
    this.why = why;
  }
}
/** The engine closes, or the evaluation is over: nothing more is to be done. */
class Over extends Error {}

export class EvaluationWork {
  readonly #d: WorkDeps;
  readonly #closing = new AbortController();
  readonly #under = new Set<string>();
  /** Since when the work of one fails unexpectedly. */
  readonly #failed = new Map<string, number>();

  constructor(deps: WorkDeps) {
    this.#d = deps;
  }

  close(): void {
    this.#closing.abort();
  }

  /** Takes up all that was not over. */
  async all(): Promise<void> {
    const { engine } = this.#d.store;
    for (const { workspace, id } of await engine.evaluationsAtWork()) this.go(workspace, id);
    for (const { workspace, run } of await engine.runsOfStopped())
      this.#d.later.do(workspace, 'the end of a run of a stopped evaluation', () =>
        this.leave(workspace, run, EVALUATION, STOPPED),
      );
  }

  /** Cancels a run that is not waited for any more. Does nothing when it is over, or not there. */
  async leave(workspace: string, run: string, by: string, reason: string): Promise<void> {
    const { runs, clock, journal } = this.#d;
    const live = await runs.hold(workspace, run);
    if (live === null || live.over) return;
    live.record(clock.now(), 'run.cancel', { by, reason });
    runs.loop.advance(live);
    live.flush(journal);
    await journal.barrier(live.group);
  }

  /** Begins the work of one, or goes on with it. */
  go(workspace: string, id: string): void {
    if (this.#under.has(id)) return;
    this.#under.add(id);
    const done = (): void => {
      this.#under.delete(id);
      this.#failed.delete(id);
    };
    this.#d.later.do(workspace, 'an evaluation', () => this.#work(workspace, id), done);
  }

  async #work(workspace: string, id: string): Promise<void> {
    const { store, clock } = this.#d;
    const { evaluations } = store.in(workspace);
    const row = await evaluations.byId(id);
    if (row === null || row.state !== 'running') return;
    try {
      await this.#opens(workspace, id);
      const target = await this.#target(workspace, row);
      if (!target.ok) throw new Halt(target.problem);
      const left = (await evaluations.rows(id)).filter(({ state }) => state !== 'done');
      const halted: unknown[] = [];
      const lane = async (): Promise<void> => {
        for (let next = left.shift(); next !== undefined; next = left.shift()) {
          try {
            await this.#row(row, target.value, next);
          } catch (error) {
            left.length = 0;
            halted.push(error);
          }
        }
      };
      await Promise.all(Array.from({ length: row.atOnce }, lane));
      const [first] = [...halted.filter((error) => !(error instanceof Halt)), ...halted];
      if (first !== undefined) throw first;
      await evaluations.end(id, 'done', null, clock.now());
    } catch (error) {
      if (error instanceof Over) return;
      if (!(error instanceof Halt)) {
        if (this.#closing.signal.aborted) return;
        const since = this.#failed.get(id) ?? clock.now();
        this.#failed.set(id, since);
        if (clock.now() - since < PATIENCE) throw error;
      }
      await evaluations.end(id, 'incomplete', error instanceof Halt ? error.why : FAILED, clock.now());
    }
  }

  /** Waits until what is sealed of the workspace can be opened. Halts where that takes too long. */
  async #opens(workspace: string, id: string): Promise<void> {
    const { store, clock } = this.#d;
    for (const end = clock.now() + PATIENCE; ; ) {
      const locked = store.locked(workspace);
      if (locked === null) return;
      if (clock.now() >= end) throw new Halt(locked);
      await this.#pause();
      if ((await store.in(workspace).evaluations.byId(id))?.state !== 'running') throw new Over();
    }
  }

  /** What is run: the very content that it began with, where it may still run. */
  async #target(workspace: string, e: EvaluationRow): Promise<Result<Target>> {
    const row = await this.#d.store.in(workspace).flows.get(e.flow);
    const compiled = row === null ? null : await this.#d.flows.byHash(workspace, e.hash);
    if (row === null || compiled === null)
      return { ok: false, problem: problem('flow.not_found', 'What it runs is not there any more') };
    return this.#d.flows.placed({ workspace, row, version: e.version, compiled }, e.environment);
  }

  async #row(e: EvaluationRow, target: Target, one: EvaluatedRow): Promise<void> {
    const { store, open } = this.#d;
    const { workspace } = target;
    const { evaluations } = store.in(workspace);
    await this.#opens(workspace, e.id);
    const row = JSON.parse(open(workspace, one.row.name, 0, one.row.box)) as EvalRow; // written by the store
    const settle = async (scores: ReturnType<typeof noAnswer>): Promise<void> => {
      await evaluations.settle(e.id, one.place, scores, passedAll(scores));
    };
    const fits = checkInput(target, row.input);
    if (!fits.ok) return settle(noAnswer(e.scores, `the flow does not take this input: ${fits.problem.text}`));
    const about = { evaluation: e.id, row: row.name };
    const end = await this.#ran(e, target, one.run, fits.value, about, (run) =>
      evaluations.starts(e.id, one.place, run),
    );
    if (end.row.state === WAITS) {
      await settle(notScored(e.scores));
      return this.leave(workspace, end.row.id, EVALUATION, UNANSWERED);
    }
    const judges: Ended[] = [];
    const scores = await scoresOf(e.scores, row, end, {
      embed: (texts) => this.#d.models.embedHere(texts, this.#closing.signal),
      judge: async (of, input) => {
        const asked = await this.#d.flows.live(workspace, of.flow, e.environment);
        if (!asked.ok) throw new Halt(asked.problem);
        const taken = checkInput(asked.value, input);
        if (!taken.ok) throw new Halt(taken.problem);
        const judge = await this.#ran(e, asked.value, one.judge, taken.value, { ...about, judges: end.row.id }, (run) =>
          evaluations.judges(e.id, one.place, run),
        );
        if (judge.row.state === WAITS) judges.push(judge);
        return judge;
      },
    });
    if (scores !== null) await settle(scores);
    for (const judge of judges) await this.leave(workspace, judge.row.id, EVALUATION, UNANSWERED);
  }

  /** Runs a flow to its end: the run that was begun before, or a new one, which `note` writes down. */
  async #ran(
    e: EvaluationRow,
    target: Target,
    known: string | null,
    input: unknown,
    data: unknown,
    note: (run: string) => Promise<boolean>,
  ): Promise<Ended> {
    const { store, runs, clock, journal } = this.#d;
    const { workspace, row } = target;
    const id = known ?? clock.id('r');
    const there = known !== null && (runs.has(id) || (await store.in(workspace).runs.get(id)) !== null);
    for (const late = clock.now() + PATIENCE; !there; ) {
      if (this.#closing.signal.aborted) throw new Over();
      const base = { workspace, flow: row.id, principal: e.principal, parent: null };
      if (await isRevoked(store, base)) throw new Halt(REVOKED);
      const now = await store.in(workspace).flows.get(row.id);
      if (now === null || !now.enabled)
        throw new Halt(problem('flow.disabled', `The flow ${row.name} is switched off, or gone`));
      if (!(await note(id))) throw new Over();
      const made = runs.create({
        ...{ id, target, input, depth: 0, idempotencyKey: null, principal: e.principal },
        trigger: { kind: EVALUATION, data },
        priority: target.compiled.flow.settings?.priority ?? 0,
      });
      if (!('problem' in made)) {
        made.live.flush(journal);
        await journal.barrier(made.live.group);
        // Stopped just before there was a run that could be cancelled (EW5).
        if ((await store.in(workspace).evaluations.byId(e.id))?.state !== 'running') {
          await this.leave(workspace, id, EVALUATION, STOPPED);
          throw new Over();
        }
        break;
      }
      if (!PASSING.includes(made.problem.code) || clock.now() >= late) throw new Halt(made.problem);
      await this.#pause();
    }
    return this.#ended(workspace, row.id, id);
  }

  /** The end of a run, once that is durable, or that it waits for a person; whether it is in memory meanwhile or not. */
  async #ended(workspace: string, flow: string, run: string): Promise<Ended> {
    const { store, journal, runs, followers, asks } = this.#d;
    let woken: () => void = () => undefined;
    const unwatch = followers.runsOf(workspace, flow, (news) => {
      if (news.run === run && (isOver(news.state) || STILL.includes(news.state))) woken();
    });
    // A flow that it calls may ask, too.
    const unasked = asks.watch(workspace, () => woken());
    const { signal } = this.#closing;
    const wake = (): void => woken();
    signal.addEventListener('abort', wake);
    try {
      // What was written before anybody listened is not told of: it is waited for, and then it is in the row.
      await journal.barrier(journal.durable() + journal.pending());
      for (;;) {
        const told = new Promise<void>((resolve) => {
          woken = resolve;
        });
        if (signal.aborted) throw new Over();
        const row = await store.in(workspace).runs.get(run);
        if (row === null)
          return {
            row: { id: run, state: 'failed' },
            output: null,
            problem: problem('run.gone', 'The run is not kept any more'),
          };
        // Somebody has to say what became of it: nothing is waited for, and it counts as no answer.
        if (row.state === 'in_doubt') return { row: { id: run, state: row.state }, output: null, problem: IN_DOUBT };
        if (row.state === WAITS && (await store.in(workspace).evaluations.asks(run)))
          return { row: { id: run, state: row.state }, output: null, problem: null };
        const end = isOver(row.state) ? await runs.ends.outcome(workspace, run) : null;
        if (end !== null) return end;
        await told;
      }
    } finally {
      unwatch();
      unasked();
      signal.removeEventListener('abort', wake);
    }
  }

  #pause(): Promise<void> {
    const { timers, clock } = this.#d;
    return new Promise((resolve) => {
      timers.at(clock.now() + PAUSE, resolve);
    });
  }
}
