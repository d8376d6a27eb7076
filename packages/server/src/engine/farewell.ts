/**
 * Deleting workspaces to the end. Whoever deleted one shut it (store/rows/workspace-end.ts); from then on it is the engine's:
 * what runs of it is cancelled, then everything of it goes, a portion at a time, beside the work of all others.
 *
 * FW1 Nothing of a workspace is deleted under a run that is in memory: `Runs.bar` lets none in, and those there are end.
 * FW2 A start goes on with what the last one left; every stage may be done twice.
 * FW3 The trail of the instance says what was deleted, by whom, and how many runs that were. A crash between the last two
 *     stages says it twice.
 */

import type { WorkspaceEnds } from '../store/engine-port.ts';
import type { JournalWriter } from '../store/ports.ts';
import type { Clock } from './clock.ts';
import { INSTANCE, type Later } from './later.ts';
import type { Live } from './live.ts';
import type { Runs } from './runs.ts';

/** Where it has come to: `stopped`, then `runs` and `flows` after each portion, `rows`, `told`, `done`. */
export type Stage = 'stopped' | 'runs' | 'flows' | 'rows' | 'told' | 'done';

type Deps = {
  readonly ends: WorkspaceEnds;
  readonly runs: Pick<Runs, 'bar' | 'live' | 'loop' | 'drop'>;
  readonly journal: JournalWriter;
  readonly later: Later;
  readonly clock: Clock;
  readonly stage?: (stage: Stage, workspace: string) => void;
};

const RUNS_AT_ONCE = 50;
/** How long runs may take to end, in milliseconds. */
const GRACE = 5_000;

/** Where acts are recorded that are no workspace's (gateway/deps.ts). */
const INSTANCE_TRAIL = '*';

type End = Awaited<ReturnType<WorkspaceEnds['ending']>>[number];

export class Farewell {
  readonly #d: Deps;
  readonly #going = new Set<string>();
  #closed = false;

  constructor(deps: Deps) {
    this.#d = deps;
  }

  /** Begins with every workspace that is being deleted and is not in hand. */
  async look(): Promise<void> {
    for (const end of await this.#d.ends.ending()) {
      if (this.#closed || this.#going.has(end.workspace)) continue;
      this.#going.add(end.workspace);
      this.#d.later.do(
        INSTANCE,
        'deleting a workspace',
        () => this.#delete(end),
        () => this.#going.delete(end.workspace),
      );
    }
  }

  close(): void {
    this.#closed = true;
  }

  async #delete(end: End): Promise<void> {
    const { ends, journal, clock } = this.#d;
    const { workspace } = end;
    const stage = (of: Stage): boolean => {
      this.#d.stage?.(of, workspace);
      return !this.#closed;
    };
    if (this.#closed) return;
    await this.#stop(end);
    await ends.shut(workspace);
    if (!stage('stopped')) return;
    let count = 0;
    for (let more = true; more; ) {
      const gone = await ends.dropRuns(workspace, RUNS_AT_ONCE);
      count += gone.runs;
      ({ more } = gone);
      if (!stage('runs')) return;
    }
    while (await ends.dropFlows(workspace)) if (!stage('flows')) return;
    await ends.finish(workspace);
    if (!stage('rows')) return;
    const entry = { at: clock.now(), workspace: INSTANCE_TRAIL, actor: end.by, action: 'workspace.deleted' } as const;
    const object = `${workspace} ${end.name}: ${count} runs`.slice(0, 700);
    const record = { ...entry, object, decision: 'allow' as const, reason: null, run: null, step: null };
    await journal.barrier(journal.audit([record]));
    if (!stage('told')) return;
    await ends.forget(workspace);
    stage('done');
  }

  /** Cancels what is in memory, and lets go of what does not come to an end. Then all it wrote is durable. */
  async #stop({ workspace, by }: End): Promise<void> {
    const { runs, clock, journal } = this.#d;
    const all = await runs.bar(workspace);
    for (const live of all) {
      live.record(clock.now(), 'run.cancel', { by, reason: 'its workspace is deleted' });
      runs.loop.advance(live);
    }
    const until = clock.now() + GRACE;
    const here = (live: Live): boolean => runs.live(live.id) === live;
    while (all.some(here) && clock.now() < until) await new Promise((resolve) => setTimeout(resolve, 20));
    for (const live of all.filter(here)) runs.drop(live);
    for (const { group } of all) await journal.barrier(group);
  }
}
