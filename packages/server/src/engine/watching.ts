/**
 * What a trigger that watches a folder does each time: judge, look through the folder, see what came, changed or went and has
 * settled, start a run for each. When, and for which triggers, is polls.ts.
 *
 * FW1 What is remembered of a file is written in one transaction with the start of the run that tells of it: whenever the
 *     server dies, a file either has its run and is remembered, or neither.
 * FW2 Looking through the folder is the truth. What the system tells of stirring files only brings the next look forward.
 * FW3 A file counts when its size and its time stood still from one look to another, as long as the settings say; it is gone
 *     when two looks that far apart did not find it. A folder that is not there, or cannot be read, says nothing of any file.
 * FW4 At most MOST_FILES of a trigger are remembered; beyond them nothing starts, and it is told.
 */

import { codeHash, globOf, isObject, milliseconds, type Problem, problem } from '@headgate/core';
import type { Folders } from '../store/folders/folders.ts';
import { memoryName } from '../store/memory-name.ts';
import type { Store } from '../store/ports.ts';
import type { TriggerMemory } from '../store/run-write.ts';
import type { Clock } from './clock.ts';
import type { Flows, Target } from './flows.ts';
import type { Later } from './later.ts';
import { hasOwner } from './owner.ts';
import { keyOf, type PollRow, Polls } from './polls.ts';
import type { Runs } from './runs.ts';
import { checkInput } from './starter.ts';
import type { Timers } from './timers.ts';
import { triggerEffect } from './trigger-effect.ts';
import type { TriggerHealth } from './trigger-health.ts';
import { afterLook, type Event, NOTHING_PENDING, type Pending, type Seen, stampOf } from './watched.ts';

type Deps = {
  readonly store: Store;
  readonly journal: Store['journal'];
  readonly clock: Clock;
  readonly timers: Timers;
  readonly later: Later;
  readonly flows: Flows;
  readonly runs: Runs;
  readonly folders: Folders;
  readonly open: (workspace: string, name: string, from: number, sealed: Uint8Array) => string;
  readonly log: (level: 'warn' | 'error', text: string, data: Record<string, unknown>) => void;
  readonly health: Pick<TriggerHealth, 'well' | 'ill'>;
};

/** Files of one trigger. */
export const MOST_FILES = 200_000;
const EVERY = 30_000;
const SETTLED = 2_000;
const PAUSE = 60_000;
/** Where no run begins for want of room. */
const FULL = 5_000;
/** After something stirred: what comes together is looked at together. */
const SOON = 300;
/** A look takes at most this part of the time. */
const SHARE = 10;
/** Runs begun before the disk is waited for. */
const AT_ONCE = 20;
/** Runs begun of one look; the rest is found again at once. */
const MOST = 500;
/** Parts of a memory that are read, or written without runs, together. */
const PAGE = 1_000;

type Settings = {
  readonly folder: string;
  readonly match: readonly string[];
  readonly events: ReadonlySet<string>;
  readonly settled: number;
  readonly every: number;
  readonly all: boolean;
};

/** What is kept of a trigger between two looks. */
type Watched = {
  /** The folder and the patterns it is all about. */
  of: string;
  /** What each file was when it was told of, by path; null: not read yet, or not to be trusted. */
  known: Map<string, string> | null;
  pending: Pending;
  stirs: (() => void) | null;
  /** Milliseconds that the last look took. */
  took: number;
};

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

const settingsOf = (raw: unknown): Settings => {
  const given = isObject(raw) ? raw : {};
  const { match, events } = given;
  const list = (value: unknown): string[] =>
    (Array.isArray(value) ? value : [value]).filter((one) => typeof one === 'string');
  return {
    folder: text(given['folder']),
    match: match === undefined ? ['**'] : list(match),
    events: new Set(events === undefined ? ['created'] : list(events)),
    settled: milliseconds(text(given['settled'])) ?? SETTLED,
    every: milliseconds(text(given['every'])) ?? EVERY,
    all: given['from'] === 'all',
  };
};

/** The triggers of all flows that watch folders. */
export const openWatches = (deps: Deps): Polls => {
  const all = new Map<string, Watched>();
  const gone = (key: string): void => {
    all.get(key)?.stirs?.();
    all.delete(key);
  };
  const polls: Polls = new Polls({
    ...deps,
    kind: 'file.watch@1',
    what: 'watching a folder',
    gone,
    ask: async (row) => {
      const key = keyOf(row);
      const of = aboutOf(settingsOf(row.with));
      let watched = all.get(key);
      if (watched?.of !== of) {
        gone(key);
        watched = { of, known: null, pending: NOTHING_PENDING, stirs: null, took: 0 };
        all.set(key, watched);
      }
      const began = deps.clock.now();
      try {
        const wait = await new Look(deps, row, watched, () => polls.wake(key, deps.clock.now() + SOON)).once();
        watched.took = Math.max(0, deps.clock.now() - began);
        return Math.max(wait, watched.took * SHARE);
      } catch (error) {
        // What was begun and what was not is read again: it is as it was written.
        watched.known = null;
        deps.log('error', 'a folder could not be watched', {
          flow: row.flow,
          trigger: row.trigger,
          error: String(error),
        });
        return PAUSE;
      } finally {
        if (all.get(key) !== watched) watched.stirs?.();
      }
    },
  });
  return polls;
};

const aboutOf = ({ folder, match }: Settings): string => JSON.stringify([folder, match]);

class Look {
  readonly #d: Deps;
  readonly #row: PollRow;
  readonly #watched: Watched;
  readonly #stir: () => void;

  constructor(deps: Deps, row: PollRow, watched: Watched, stir: () => void) {
    this.#d = deps;
    this.#row = row;
    this.#watched = watched;
    this.#stir = stir;
  }

  /** Answers how long to wait until the next look. */
  async once(): Promise<number> {
    const { flows, store, health } = this.#d;
    const row = this.#row;
    const target = await flows.live(row.workspace, row.flow, row.environment);
    if (!target.ok) return this.#ill(target.problem);
    if (!(await hasOwner(store, row.workspace, target.value.row)))
      return this.#ill(problem('trigger.owner', 'A trigger has nobody behind it any more'));
    const settings = settingsOf(row.with);
    const seen = await this.#look(settings);
    if ('code' in seen) {
      this.#watched.stirs?.();
      this.#watched.stirs = null;
      return this.#ill(seen);
    }
    const known = this.#watched.known ?? (await this.#remembered(settings, seen));
    this.#watched.known = known;
    const { events, pending } = afterLook(known, seen, this.#watched.pending, settings.settled, this.#d.clock.now());
    this.#watched.pending = pending;
    const left = await this.#take(target.value, settings, known, events);
    health.well(row);
    if (left !== null) return left;
    return pending.size > events.length ? Math.min(settings.every, Math.max(settings.settled, SOON)) : settings.every;
  }

  #ill(why: Problem): number {
    this.#d.health.ill(this.#row, why);
    return PAUSE;
  }

  /** All files that match, as they are now; a Problem: that cannot be said. */
  async #look({ folder: path, match }: Settings): Promise<Map<string, Seen> | Problem> {
    const { folders } = this.#d;
    const done = await triggerEffect(this.#d, this.#row)([{ power: 'file', verbs: 'read', path }], async () => {
      const [, name = '', ...names] = path.replace(/\/$/, '').split('/');
      const folder = folders.find(this.#row.workspace, name);
      if (folder === null) return MISSING;
      const fits = match.map(globOf);
      const seen = new Map<string, Seen>();
      // Asked for before looking, so that what comes while looking is heard of.
      this.#watched.stirs ??= await folder.stirs(names, this.#stir);
      const end = await folder.look(names, (entry) => {
        if (fits.some((fit) => fit(entry.path))) seen.set(entry.path, { size: entry.size, updated: entry.updated });
        return seen.size <= MOST_FILES;
      });
      return end === 'all' ? seen : end === 'some' ? TOO_MANY : MISSING;
    });
    return done.ok ? done.value : done.problem;
  }

  /** What it remembers; the first time of these settings, what is there now, unless all of it is asked for. */
  async #remembered(settings: Settings, seen: ReadonlyMap<string, Seen>): Promise<Map<string, string>> {
    const { store, open } = this.#d;
    const { workspace, flow, trigger, environment } = this.#row;
    const of = aboutOf(settings);
    const sealed = await store.engine.memory(flow, trigger, environment);
    const begun: unknown =
      sealed === null ? null : JSON.parse(open(workspace, memoryName(flow, trigger, environment), 1, sealed));
    const known = new Map<string, string>();
    for (let after = ''; ; ) {
      const parts = await store.engine.memoryParts(flow, trigger, environment, after, PAGE);
      for (const { part, sealed: one } of parts) {
        const read: unknown = JSON.parse(open(workspace, memoryName(flow, trigger, environment, part), 1, one));
        if (isObject(read)) known.set(text(read['path']), text(read['stamp']));
      }
      const last = parts.at(-1);
      if (last === undefined || parts.length < PAGE) break;
      after = last.part;
    }
    if (isObject(begun) && begun['of'] === of) return known;
    const forgotten = [...known.keys()].filter((path) => settings.all || !seen.has(path));
    const fresh = settings.all ? new Map<string, string>() : stampsOf(seen);
    await this.#save([
      ...forgotten.map((path) => this.#part(path, null)),
      ...[...fresh].map(([path, stamp]) => this.#part(path, stamp)),
    ]);
    // Last: until it stands there, nothing has begun.
    await store.engine.saveMemory({ workspace, flow, trigger, environment, text: JSON.stringify({ of }) });
    return fresh;
  }

  /** Starts a run for each event that is asked for, and remembers the others. When to start the rest; null: there is none. */
  async #take(
    target: Target,
    settings: Settings,
    known: Map<string, string>,
    events: readonly Event[],
  ): Promise<number | null> {
    const { runs, journal, log } = this.#d;
    const { flow, trigger } = this.#row;
    const noted: TriggerMemory[] = [];
    let begun = 0;
    let group = 0;
    let left: number | null = null;
    for (const { event, path, seen } of events) {
      const stamp = seen === null ? null : stampOf(seen);
      const memory = this.#part(path, stamp);
      const input = {
        event,
        path: `${settings.folder}${path}`,
        name: path.slice(path.lastIndexOf('/') + 1),
        size: seen?.size ?? null,
        updated: seen === null ? null : new Date(seen.updated).toISOString(),
      };
      const checked = settings.events.has(event) ? checkInput(target, input) : null;
      if (checked?.ok === false)
        log('warn', 'what a folder told of is not what its flow takes', {
          flow,
          trigger,
          code: checked.problem.code,
        });
      if (checked?.ok !== true) noted.push(memory);
      else {
        if (begun === MOST) {
          left = 0;
          break;
        }
        const made = runs.create({
          target,
          input: checked.value,
          trigger: { id: trigger, kind: 'file.watch@1', data: { event, path: input.path } },
          principal: `trigger:${trigger}`,
          priority: target.compiled.flow.settings?.priority ?? 0,
          idempotencyKey: null,
          depth: 0,
          memory,
        });
        if ('problem' in made) {
          log('warn', 'a run could not begin', { flow, trigger, code: made.problem.code });
          left = FULL;
          break;
        }
        begun += 1;
        group = made.live.group;
        if (begun % AT_ONCE === 0) await journal.barrier(group);
      }
      if (stamp === null) known.delete(path);
      else known.set(path, stamp);
    }
    await this.#save(noted);
    if (begun > 0) await journal.barrier(group);
    return left;
  }

  async #save(memories: readonly TriggerMemory[]): Promise<void> {
    for (let at = 0; at < memories.length; at += PAGE)
      await this.#d.store.engine.saveMemories(memories.slice(at, at + PAGE));
  }

  #part(path: string, stamp: string | null): TriggerMemory {
    const { workspace, flow, trigger, environment } = this.#row;
    const part = codeHash(trigger, path).slice(0, 32);
    return {
      ...{ workspace, flow, trigger, environment, part },
      text: stamp === null ? null : JSON.stringify({ path, stamp }),
    };
  }
}

const stampsOf = (seen: ReadonlyMap<string, Seen>): Map<string, string> =>
  new Map([...seen].map(([path, one]) => [path, stampOf(one)]));

const MISSING = problem('watch.missing', 'The folder that is watched is not there', {
  fix: 'See that the admin of the server opened it (HEADGATE_FOLDERS), and that it is there.',
});
const TOO_MANY = problem('watch.many', `A trigger watches at most ${MOST_FILES} files`, {
  fix: 'Watch a folder below, or name fewer files by `match`.',
});
