/**
 * What a trigger that reads a feed does each time: judge, ask whether the feed changed, read it in the jail, start a run for
 * each entry that is new. When, and for which triggers, is polls.ts; what a feed says is feed.ts.
 *
 * FT1 Which entries have their run is written in one transaction with the start of the run, and a run carries its entry as
 *     idempotency key besides: whenever the server dies, an entry has one run.
 * FT2 A feed that says it did not change is not read. What it said of its state (ETag, Last-Modified) is kept only when all of
 *     it was taken up.
 * FT3 Its XML is parsed in the jail; a document type is refused there.
 */

import { bad, good, isObject, milliseconds, type Problem, problem, readValues, type Result } from '@headgate/core';
import { retryAfter } from '@headgate/core/step';
import type { Door } from '../egress/door.ts';
import { DEFAULT_ENVIRONMENT } from '../store/environment.ts';
import { memoryName } from '../store/memory-name.ts';
import type { Store } from '../store/ports.ts';
import type { TriggerMemory } from '../store/run-write.ts';
import type { Clock } from './clock.ts';
import type { Credentials } from './credentials.ts';
import { type Entry, entriesOf, FEED_LISTS } from './feed.ts';
import type { FormatJail } from './formats.ts';
import type { Flows, Target } from './flows.ts';
import type { JsonTurns } from './json.ts';
import type { Later } from './later.ts';
import { send } from './net.ts';
import { hasOwner } from './owner.ts';
import { type PollRow, Polls } from './polls.ts';
import type { Runs } from './runs.ts';
import { checkInput } from './starter.ts';
import type { Timers } from './timers.ts';
import { triggerEffect } from './trigger-effect.ts';
import type { TriggerHealth } from './trigger-health.ts';

type Deps = {
  readonly store: Store;
  readonly journal: Store['journal'];
  readonly door: Door;
  readonly credentials: Credentials;
  readonly turns: JsonTurns;
  readonly clock: Clock;
  readonly now: () => number;
  readonly timers: Timers;
  readonly later: Later;
  readonly flows: Flows;
  readonly runs: Runs;
  readonly formats: FormatJail;
  readonly open: (workspace: string, run: string, from: number, sealed: Uint8Array) => string;
  readonly log: (level: 'warn' | 'error', text: string, data: Record<string, unknown>) => void;
  readonly health: TriggerHealth;
};

const KIND = 'rss@1';
const EVERY = 900_000;
const PAUSE = 60_000;
/** Where no run begins for want of room. */
const FULL = 5_000;
const TIMEOUT = 60_000;
/** Bytes of a feed. */
const LARGEST = 8 * 1024 * 1024;
/** Runs begun before the disk is waited for. */
const AT_ONCE = 20;
/** Entries remembered beyond those of the feed: some feeds forget and remember. */
const MOST_SEEN = 1_000;

type Memory = {
  readonly url: string;
  readonly etag: string | null;
  readonly modified: string | null;
  readonly seen: readonly string[];
};

type Settings = {
  readonly url: string;
  readonly secret: string | undefined;
  readonly every: number;
  readonly all: boolean;
};

const settingsOf = (row: PollRow): Settings => {
  const raw = isObject(row.with) ? row.with : {};
  const text = (name: string): string | undefined => (typeof raw[name] === 'string' ? raw[name] : undefined);
  return {
    url: text('url') ?? '',
    secret: text('secret'),
    every: milliseconds(text('every') ?? '') ?? EVERY,
    all: raw['from'] === 'all',
  };
};

/** The triggers of all flows that read feeds, asked in their time. */
export const openFeeds = (deps: Deps): Polls =>
  new Polls({
    ...deps,
    kind: KIND,
    what: 'reading a feed',
    gone: (key) => deps.health.forget(key),
    ask: async (row, stopped) => {
      const settings = settingsOf(row);
      const told = await new Reading(deps, row, settings, stopped).once().catch((error: unknown) => {
        // Found again the next time: what was not started is not remembered.
        deps.log('error', 'a feed could not be read', { flow: row.flow, trigger: row.trigger, error: String(error) });
        return PAUSE;
      });
      if (typeof told === 'number') return told;
      if (told === null) return settings.every;
      deps.health.ill(row, told);
      return Math.max(settings.every, told.retryAfter ?? PAUSE);
    },
  });

type Said = {
  readonly entries: readonly Entry[];
  readonly etag: string | null;
  readonly modified: string | null;
};

class Reading {
  readonly #d: Deps;
  readonly #row: PollRow;
  readonly #settings: Settings;
  readonly #stopped: AbortSignal;

  constructor(deps: Deps, row: PollRow, settings: Settings, stopped: AbortSignal) {
    this.#d = deps;
    this.#row = row;
    this.#settings = settings;
    this.#stopped = stopped;
  }

  /** What is wrong, how long to wait where nothing is and not all could begin, or null. */
  async once(): Promise<Problem | number | null> {
    const { flows, store, health } = this.#d;
    const { workspace, flow, environment } = this.#row;
    const target = await flows.live(workspace, flow, environment);
    if (!target.ok) return target.problem;
    if (!(await hasOwner(store, workspace, target.value.row))) return NOBODY;
    const read = await this.#memory();
    // Another feed is another beginning.
    const kept = read?.url === this.#settings.url ? read : null;
    const said = await this.#ask(kept);
    if (!said.ok) return said.problem;
    health.well(this.#row);
    if (said.value === null) return null;
    const { entries, etag, modified } = said.value;
    const memory: Memory = kept ?? { url: this.#settings.url, etag: null, modified: null, seen: [] };
    const begins = kept === null && !this.#settings.all;
    const known = begins ? memory : await this.#start(target.value, memory, entries);
    if (known === null) return FULL;
    const here = new Set(entries.map(({ mark }) => mark));
    const others = known.seen.filter((mark) => !here.has(mark)).slice(-MOST_SEEN);
    const after: Memory = { url: this.#settings.url, etag, modified, seen: [...others, ...here] };
    if (JSON.stringify(after) !== JSON.stringify(kept)) await store.engine.saveMemory(this.#written(after));
    return null;
  }

  /** Null: it did not change. */
  async #ask(kept: Memory | null): Promise<Result<Said | null>> {
    const { url, secret } = this.#settings;
    const { workspace, project, flow, environment, trigger } = this.#row;
    const answer = await send(
      this.#d,
      {
        of: {
          workspace,
          project,
          flow,
          environment,
          principal: `trigger:${trigger}`,
          run: '',
          step: trigger,
          name: '',
        },
        effect: triggerEffect(this.#d, this.#row),
        hops: null,
        whole: LARGEST,
        signal: this.#stopped,
      },
      {
        method: 'GET',
        url,
        timeout: TIMEOUT,
        headers: {
          accept: 'application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5',
          'user-agent': 'headgate',
          ...(kept?.etag ? { 'if-none-match': kept.etag } : {}),
          ...(kept?.modified ? { 'if-modified-since': kept.modified } : {}),
        },
        ...(secret === undefined ? {} : { secret }),
      },
    );
    if ('problem' in answer) return bad(answer.problem);
    const { status, headers, body } = answer;
    if (status === 304 && kept !== null) return good(null);
    if (status !== 200 || !(body instanceof Uint8Array)) return bad(refused(status, retryAfter(headers)));
    const value = await this.#parsed(body);
    if (!value.ok) return value;
    const entries = entriesOf(value.value, url);
    if (entries === null) return bad(NO_FEED);
    return good({ entries, etag: headers['etag'] ?? null, modified: headers['last-modified'] ?? null });
  }

  async #parsed(bytes: Uint8Array): Promise<Result<unknown>> {
    const start = Buffer.from(bytes.subarray(0, 200))
      .toString('latin1')
      .replace(/^(?:\u00ef\u00bb\u00bf)?\s*/, '');
    if (start.startsWith('{'))
      return (
        readValues(
          Buffer.from(bytes)
            .toString('utf8')
            .replace(/^\ufeff/, ''),
          'The feed',
        ) ?? bad(NO_FEED)
      );
    const input = { size: bytes.length, lists: FEED_LISTS, depth: 100, elements: 90_000 };
    const done = await this.#d.formats
      .lend(this.#row, this.#stopped)
      .run({ program: 'xml', input, read: async (_source, from, to) => bytes.subarray(from, to) });
    return 'problem' in done ? bad(done.problem) : good(done.value);
  }

  /** Starts a run for each entry that has none. What is known then; null: not all could begin now. */
  async #start(target: Target, memory: Memory, entries: readonly Entry[]): Promise<Memory | null> {
    const { store, runs, journal, log } = this.#d;
    const { workspace, flow, trigger, environment } = this.#row;
    const has = new Set(memory.seen);
    let known = memory;
    let begun = 0;
    for (const { mark, value } of entries) {
      if (has.has(mark)) continue;
      has.add(mark);
      const next: Memory = { ...known, seen: [...known.seen, mark] };
      const where = environment === DEFAULT_ENVIRONMENT ? '' : `@${environment}`;
      const key = `feed:${trigger}${where}:${mark}`;
      const there = (await store.in(workspace).runs.byIdempotencyKey(flow, key, 0)) ?? runs.byKey(flow, key);
      const checked = checkInput(target, value);
      if (there === null && !checked.ok)
        log('warn', 'what a feed told of is not what its flow takes', { flow, trigger, code: checked.problem.code });
      else if (there === null && checked.ok) {
        const made = runs.create({
          target,
          input: checked.value,
          trigger: { id: trigger, kind: KIND, data: { id: value['id'] ?? null } },
          principal: `trigger:${trigger}`,
          priority: target.compiled.flow.settings?.priority ?? 0,
          idempotencyKey: key,
          depth: 0,
          memory: this.#written(next),
        });
        if ('problem' in made) {
          log('warn', 'a run could not begin', { flow, trigger, code: made.problem.code });
          return null;
        }
        begun += 1;
        if (begun % AT_ONCE === 0) await journal.barrier(made.live.group);
      }
      known = next;
    }
    return known;
  }

  /** What it remembers, opened; null: nothing yet. */
  async #memory(): Promise<Memory | null> {
    const { store, open } = this.#d;
    const { workspace, flow, trigger, environment } = this.#row;
    const sealed = await store.engine.memory(flow, trigger, environment);
    if (sealed === null) return null;
    const read: unknown = JSON.parse(open(workspace, memoryName(flow, trigger, environment), 1, sealed));
    if (!isObject(read) || typeof read['url'] !== 'string' || !Array.isArray(read['seen'])) return null;
    const { url, etag, modified, seen } = read;
    return {
      url,
      etag: typeof etag === 'string' ? etag : null,
      modified: typeof modified === 'string' ? modified : null,
      seen: seen.filter((one) => typeof one === 'string'),
    };
  }

  #written(memory: Memory): TriggerMemory {
    const { workspace, flow, trigger, environment } = this.#row;
    return { workspace, flow, trigger, environment, text: JSON.stringify(memory) };
  }
}

const NOBODY = problem('trigger.owner', 'A trigger has nobody behind it any more');
const NO_FEED = problem('feed.unknown', 'What is at this address is no feed: neither RSS nor Atom nor JSON Feed', {
  at: { field: 'with.url' },
  fix: 'Look for the address of the feed itself: pages name it in <link rel="alternate">.',
});

const refused = (status: number, after: number | undefined): Problem =>
  problem('feed.status', `The feed answers with the status ${status}`, {
    at: { field: 'with.url' },
    fix:
      status === 401 || status === 403 ? 'Name a secret that may read it.' : 'Look whether the address is still right.',
    ...(after === undefined ? {} : { retry: 'after', retryAfter: after }),
  });
