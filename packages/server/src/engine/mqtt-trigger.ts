/**
 * Triggers that hear messages of an MQTT broker: each message starts a run, in the order they come. When, and for which
 * triggers, is polls.ts; the session itself is egress/databases/mqtt-hear.ts.
 *
 * MS1 A message of quality 1 is acknowledged once its run is durable. That it has its run is written in one transaction with
 *     the start of it, and forgotten when the broker has the acknowledgement: whenever the server dies, a message has one run.
 * MS2 To connect is an effect of the trigger, judged and on record; whether it still may is asked for whatever comes.
 * MS3 The session stays with the broker while nobody is connected. A trigger that is not there any more hears nothing: it takes
 *     its topics back, so that nothing waits for nobody; it remembers that first, so that it asks for them when it is back.
 * MS4 What a broker keeps of topics (retained) comes when they are subscribed to, which happens once and not at every connection.
 * MS5 A broker is asked for a sign of life at least every QUIET, however much it sends: it counts what the client says.
 */

import { codeHash, isObject, normaliseHost, type Power, type Problem, problem } from '@headgate/core';
import type { Connect } from '../egress/door.ts';
import type { HeardMessage, Hearing } from '../egress/databases/mqtt-hear.ts';
import type { Store } from '../store/ports.ts';
import type { Clock } from './clock.ts';
import type { Credentials } from './credentials.ts';
import type { Flows, Target } from './flows.ts';
import type { Later } from './later.ts';
import { messageInput } from './mqtt-input.ts';
import { MqttMemory } from './mqtt-memory.ts';
import { hasOwner } from './owner.ts';
import { GONE, keyOf, type PollRow, Polls } from './polls.ts';
import type { Runs } from './runs.ts';
import { checkInput } from './starter.ts';
import type { Timers } from './timers.ts';
import { stillMay, triggerEffect } from './trigger-effect.ts';
import type { TriggerHealth } from './trigger-health.ts';

type Deps = {
  readonly store: Store;
  readonly journal: Store['journal'];
  readonly door: { readonly connect: Connect };
  readonly credentials: Credentials;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly later: Later;
  readonly flows: Flows;
  readonly runs: Runs;
  readonly open: (workspace: string, run: string, from: number, sealed: Uint8Array) => string;
  readonly log: (level: 'warn' | 'error', text: string, data: Record<string, unknown>) => void;
  readonly health: TriggerHealth;
};

const KIND = 'mqtt.subscribe@1';
const USUAL = 8883;
/** How long to wait after one failure, two in a row, and so on; milliseconds. */
const PAUSES = [1_000, 10_000, 30_000, 60_000] as const;
/** Where no run begins for want of room. */
const FULL = 5_000;
/** A line is looked after this often; one on which nothing comes, with acknowledgements that nobody confirmed, sooner. */
const QUIET = 30_000;
const SETTLING = 500;

type Settings = {
  readonly place: { readonly host: string; readonly port: number; readonly tls: boolean };
  readonly secret: string | undefined;
  readonly user: string;
  readonly topics: readonly string[];
  readonly retained: boolean;
  readonly client: string;
};

/** What the settings say; they were checked when the flow was published. */
const settingsOf = (row: PollRow): Settings => {
  const raw = isObject(row.with) ? row.with : {};
  const text = (name: string): string | undefined => (typeof raw[name] === 'string' ? raw[name] : undefined);
  const { topics, port } = raw;
  return {
    place: {
      host: normaliseHost(text('host') ?? '') ?? '',
      port: typeof port === 'number' ? port : USUAL,
      tls: text('tls') !== 'off',
    },
    secret: text('secret'),
    user: text('user') ?? '',
    topics: [...new Set((Array.isArray(topics) ? topics : [topics]).filter((one) => typeof one === 'string'))],
    retained: raw['retained'] === true,
    // Every broker takes 23 characters (MQTT 3.1.1, 3.1.3.1).
    client: text('client') ?? `hg${codeHash('mqtt', keyOf(row)).slice(0, 21)}`,
  };
};

/** The triggers of all flows that hear messages. */
export const openSubscriptions = (deps: Deps): Polls => {
  /** Failures in a row. */
  const failures = new Map<string, number>();
  return new Polls({
    ...deps,
    kind: KIND,
    what: 'hearing a message broker',
    gone: (key) => {
      failures.delete(key);
      deps.health.forget(key);
    },
    ask: async (row, stopped) => {
      const key = keyOf(row);
      const subscription = new Subscription(deps, row, stopped, () => failures.delete(key));
      const ended = await subscription.hear().catch((error: unknown) => {
        deps.log('error', 'a message broker could not be heard', { ...aboutOf(row), error: String(error) });
        return LOST;
      });
      if (typeof ended === 'number' || stopped.aborted) return typeof ended === 'number' ? ended : 0;
      deps.health.ill(row, ended);
      const times = failures.get(key) ?? 0;
      failures.set(key, times + 1);
      return PAUSES[Math.min(times, PAUSES.length - 1)] ?? FULL;
    },
  });
};

const aboutOf = ({ flow, trigger }: PollRow) => ({ flow, trigger });

/** One connection, from beginning to end. */
class Subscription {
  readonly #d: Deps;
  readonly #row: PollRow;
  readonly #settings: Settings;
  readonly #needs: readonly Power[];
  readonly #memory: MqttMemory;
  readonly #stopped: AbortSignal;
  readonly #well: () => void;

  constructor(deps: Deps, row: PollRow, stopped: AbortSignal, well: () => void) {
    this.#d = deps;
    this.#row = row;
    this.#stopped = stopped;
    this.#well = well;
    this.#settings = settingsOf(row);
    this.#memory = new MqttMemory(deps, row);
    const { place, secret } = this.#settings;
    const net: Power = { power: 'net', method: 'TCP', host: place.host, port: place.port };
    this.#needs = secret === undefined ? [net] : [net, { power: 'secret', name: secret, origin: this.#origin }];
  }

  get #origin(): string {
    const { host, port } = this.#settings.place;
    return `mqtt://${host}:${port}`;
  }

  /** What the session is known by. */
  get #session(): string {
    return `${this.#origin} ${this.#settings.client}`;
  }

  /** Why it ended, or how long to wait before the next connection. */
  async hear(): Promise<Problem | number> {
    const target = await this.#target();
    if ('code' in target) return target;
    const done = await triggerEffect(this.#d, this.#row)(this.#needs, async () => {
      const session = await this.#enter();
      if ('code' in session) return session;
      try {
        return (await this.#begin(session)) ?? (await this.#listen(session));
      } finally {
        try {
          if (this.#stopped.reason === GONE) await this.#leave(session);
        } finally {
          session.close();
        }
      }
    });
    return done.ok ? done.value : done.problem;
  }

  /** What runs now, or why nothing may be started. */
  async #target(): Promise<Target | Problem> {
    const { flows, store } = this.#d;
    const { workspace, flow, environment } = this.#row;
    const target = await flows.live(workspace, flow, environment);
    if (!target.ok) return target.problem;
    return (await hasOwner(store, workspace, target.value.row)) ? target.value : NOBODY;
  }

  async #enter(): Promise<Hearing | Problem> {
    const { credentials, door } = this.#d;
    const { place, secret, user, client } = this.#settings;
    const { workspace, project, flow, environment, trigger } = this.#row;
    const ask = { workspace, project, flow, environment, principal: `trigger:${trigger}`, run: '', step: trigger };
    const found =
      secret === undefined
        ? { login: { user, password: '' } }
        : await credentials.login({ ...ask, name: secret }, this.#origin, user);
    if ('problem' in found) return found.problem;
    // Loaded with the first trigger of this kind.
    const { hear } = await import('../egress/databases/mqtt-hear.ts');
    const opened = await hear(door.connect, { place, login: found.login, client, signal: this.#stopped });
    return opened.ok ? opened.value : opened.problem;
  }

  /** Brings what the session hears to what the settings say. */
  async #begin(session: Hearing): Promise<Problem | null> {
    const { topics } = this.#settings;
    const name = this.#session;
    const kept = await this.#memory.read();
    const same = session.kept && kept?.session === name;
    if (!same) {
      if (kept?.session === name)
        this.#d.log('warn', 'a message broker forgot what it kept for a trigger', aboutOf(this.#row));
      await this.#memory.forget();
    }
    const before = same ? kept.topics : [];
    const fresh = topics.filter((one) => !before.includes(one));
    const gone = before.filter((one) => !topics.includes(one));
    const refused = fresh.length === 0 ? null : await session.subscribe(fresh);
    if (refused !== null) return refused;
    if (gone.length > 0 && !(await session.unsubscribe(gone))) return LOST;
    if (fresh.length > 0 || gone.length > 0 || !same) await this.#memory.keep({ session: name, topics });
    return null;
  }

  /** Takes the topics back. Written down before: whenever it ends in between, the next connection subscribes. */
  async #leave(session: Hearing): Promise<void> {
    await this.#memory.keep({ session: this.#session, topics: [] });
    await session.unsubscribe(this.#settings.topics);
  }

  async #listen(session: Hearing): Promise<Problem | number> {
    const { health, clock } = this.#d;
    health.well(this.#row);
    this.#well();
    let asked = clock.now();
    for (;;) {
      const messages = await session.next(this.#memory.any ? SETTLING : QUIET);
      if (messages === null) return this.#stopped.aborted ? 0 : LOST;
      const denied = await stillMay(this.#d, this.#row, this.#needs);
      if (denied !== null) return denied;
      if (messages.length > 0) {
        const target = await this.#target();
        if ('code' in target) return target;
        const all = await this.#take(session, target, messages);
        if (!all) return FULL;
        // A clock that is set back makes it ask once more, and not never.
        if (Math.abs(clock.now() - asked) < QUIET) continue;
      }
      if (!(await session.ping())) return LOST;
      asked = clock.now();
      await this.#memory.forget();
      health.well(this.#row);
    }
  }

  /** Starts a run for each, and acknowledges those that have theirs. False: not all could begin now. */
  async #take(session: Hearing, target: Target, messages: readonly HeardMessage[]): Promise<boolean> {
    const { runs, journal, log } = this.#d;
    const { trigger } = this.#row;
    const taken: HeardMessage[] = [];
    let group = 0;
    let all = true;
    for (const message of messages) {
      const starts = (!message.retained || this.#settings.retained) && !this.#memory.has(message);
      const checked = starts ? checkInput(target, messageInput(message)) : null;
      if (checked?.ok === false)
        log('warn', 'a message is not what its flow takes', { ...aboutOf(this.#row), code: checked.problem.code });
      if (checked?.ok === true) {
        const memory = this.#memory.with(message);
        const made = runs.create({
          target,
          input: checked.value,
          trigger: { id: trigger, kind: KIND, data: { topic: message.topic } },
          principal: `trigger:${trigger}`,
          priority: target.compiled.flow.settings?.priority ?? 0,
          idempotencyKey: null,
          depth: 0,
          ...(memory === undefined ? {} : { memory }),
        });
        if ('problem' in made) {
          log('warn', 'a run could not begin', { ...aboutOf(this.#row), code: made.problem.code });
          all = false;
          break;
        }
        group = made.live.group;
        this.#memory.begun(message);
      }
      taken.push(message);
    }
    if (group > 0) await journal.barrier(group);
    await session.taken(taken.flatMap(({ id }) => id ?? []));
    return all;
  }
}

const NOBODY = problem('trigger.owner', 'A trigger has nobody behind it any more');
const LOST = problem('database.broken', 'The line to the message broker broke', { retry: 'yes' });
