/**
 * Addresses that are entered at services without a person: a trigger that says so (`register`) has its address entered when
 * its flow is published or switched on, anew when address, secret or settings change, and taken out when it is there no more.
 *
 * RG1 What is about to be entered is remembered, sealed, before the service is called: one that was entered when the server or
 *     the line died is found by its address the next time, where the service lists them, and taken out first: there are never
 *     two, and none stays behind that nobody knows of.
 * RG5 What is entered is taken out as the service was described when it was entered: who describes it anew decides nothing
 *     about a secret that was meant for the old description.
 * RG2 To enter and to take out are effects of the trigger, by the powers lent to it, judged and on record. What a trigger entered
 *     is taken out, too, when it is gone or another, and lent nothing of that any more: by the same secret, within the policy of the workspace, on record.
 * RG3 The shared secret is told to the service only where it is meant for the service's origin, as every secret.
 * RG6 An old address of a trigger that cannot be taken out keeps the new one waiting for some tries, and not for ever.
 * RG4 What fails is shown on the flow, told of as every trigger that fails, and tried again.
 */

import {
  atPointer,
  codeHash,
  endUse,
  findUse,
  type HookTrigger,
  hookTriggerOf,
  isObject,
  knownAddress,
  makeUse,
  type Power,
  printPower,
  type Problem,
  problem,
  type RegisterUse,
  type Service,
  useService,
  withoutPath,
} from '@headgate/core';
import { DEFAULT_ENVIRONMENT } from '../store/environment.ts';
import { memoryName } from '../store/memory-name.ts';
import type { Act, Effect } from './broker.ts';
import { FileRefused } from './fetched.ts';
import { send } from './net.ts';
import { hasOwner } from './owner.ts';
import { keyOf, type PollRow } from './polls.ts';
import type { RegisterDeps } from './register-deps.ts';
import { BROKEN, CLOSED, NOBODY, TAKEN, told, UNCALLED, UNKNOWN } from './registering-problems.ts';
import { triggerEffect } from './trigger-effect.ts';

const KIND = 'service.webhook@1';
/** How long to wait after one failure, two in a row, and so on; milliseconds. */
const PAUSES = [5_000, 60_000, 300_000, 900_000, 3_600_000] as const;
/** After so many failures over so long an old address that does not go is left to its service, and the new one entered. */
const LEFT_AFTER = { times: 4, ms: 20 * 60_000 };
const NEVER = new AbortController().signal;

/** What a trigger has entered. */
type Entered = {
  readonly service: string;
  readonly trigger: string;
  readonly url: string;
  readonly secret: string;
  readonly input: Record<string, unknown>;
  /** A hash of all that it was entered with. */
  readonly with: string;
  readonly id: string | number | null;
  /** False: the service was called, and nobody knows whether it took it. */
  readonly sure: boolean;
  /** How it is found and taken out: the service as it was described then. Null: entered by an earlier release. */
  readonly by: Offer | null;
};

type Effects = <T>(needs: readonly Power[], act: Act<T>) => Promise<Effect<T>>;
type Place = Pick<PollRow, 'workspace' | 'project' | 'flow' | 'trigger' | 'environment'>;
type Offer = { readonly service: Service; readonly trigger: HookTrigger };

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const record = (value: unknown): Record<string, unknown> => (isObject(value) ? { ...value } : {});
/** Its memory stands beside those of triggers, under a name that no trigger has. */
export const enteredName = (trigger: string): string => `${trigger}!entered`;
const registerOf = (row: PollRow): Record<string, unknown> | null => {
  const { register } = record(row.with);
  return isObject(register) ? register : null;
};

export class Registering {
  readonly #d: RegisterDeps;
  readonly #busy = new Set<string>();
  readonly #again = new Set<string>();
  readonly #failures = new Map<string, { readonly times: number; readonly since: number; readonly at: number }>();
  readonly #timers = new Map<string, () => void>();
  #rows = new Map<string, PollRow>();
  #closed = false;

  constructor(deps: RegisterDeps) {
    this.#d = deps;
  }

  /** Reads all of them anew: at the start, and whenever a flow or a secret changed. */
  async load(): Promise<void> {
    const { store } = this.#d;
    const rows = (await store.engine.triggers(KIND)).filter((row) => registerOf(row) !== null);
    const entered = await store.engine.entered();
    if (this.#closed) return;
    this.#rows = new Map(rows.map((row) => [keyOf(row), row]));
    const places = new Map<string, Place>(entered.map((one) => [keyOf(one as PollRow), one]));
    for (const row of rows) places.set(keyOf(row), row);
    for (const [key, place] of places) {
      // What failed a moment ago is not asked for again at each change of something else.
      const failed = this.#failures.get(key);
      const soonest = failed === undefined ? 0 : failed.at + (failed.times > 1 ? PAUSES[1] : PAUSES[0]);
      if (this.#d.clock.now() >= soonest) this.#begin(key, place);
      else this.#beginAt(soonest, key, place);
    }
  }

  /** Those of a flow whose addresses are entered: when, nobody knows before somebody calls. */
  of(workspace: string, flow: string): readonly { readonly row: PollRow; readonly next: null }[] {
    return [...this.#rows.values()]
      .filter((row) => row.workspace === workspace && row.flow === flow)
      .map((row) => ({ row, next: null }));
  }

  close(): void {
    this.#closed = true;
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
  }

  #begin(key: string, place: Place): void {
    if (this.#closed) return;
    if (this.#busy.has(key)) return void this.#again.add(key);
    this.#busy.add(key);
    this.#timers.get(key)?.();
    this.#timers.delete(key);
    this.#d.later.do(place.workspace, 'entering an address', async () => {
      let why: Problem | null = null;
      try {
        why = await this.#settle(place, this.#rows.get(key));
      } catch (error) {
        this.#d.log('error', 'an address could not be entered', { flow: place.flow, error: String(error) });
        why = BROKEN;
      }
      this.#busy.delete(key);
      this.#ended(key, place, why);
    });
  }

  #ended(key: string, place: Place, why: Problem | null): void {
    const { health, log, clock } = this.#d;
    const row = this.#rows.get(key);
    if (why === null) {
      this.#failures.delete(key);
      if (row === undefined) health.forget(key);
      else health.well(row);
    } else {
      const now = clock.now();
      const { times, since } = this.#failures.get(key) ?? { times: 0, since: now };
      this.#failures.set(key, { times: times + 1, since, at: now });
      if (row !== undefined) health.ill(row, why);
      else
        log('warn', 'an address could not be taken out', { flow: place.flow, trigger: place.trigger, code: why.code });
      const pause = PAUSES[Math.min(times, PAUSES.length - 1)] ?? 0;
      this.#beginAt(now + pause, key, place);
    }
    if (this.#again.delete(key)) this.#begin(key, place);
  }

  #beginAt(at: number, key: string, place: Place): void {
    this.#timers.get(key)?.();
    this.#timers.set(
      key,
      this.#d.timers.at(at, () => this.#begin(key, place)),
    );
  }

  /** Brings one to what it is to be; why that did not come to be, or null. */
  async #settle(place: Place, row: PollRow | undefined): Promise<Problem | null> {
    const before = await this.#read(place);
    const wish = row === undefined ? null : await this.#wish(row);
    if (wish !== null && 'code' in wish) return wish;
    if (wish === null && before === null) return null;
    const same = wish !== null && before?.with === wish.entered.with;
    if (same && before?.sure === true) return null;
    if (before !== null && !same) {
      // By what was lent then: nothing of what is lent now needs to reach it (RG2).
      const left = await this.#takeOut(place, undefined, before);
      // One that nobody listens to harms less than a new one that is never entered.
      const failed = this.#failures.get(keyOf(place as PollRow)) ?? { times: 0, since: Number.POSITIVE_INFINITY };
      const long = this.#d.clock.now() - failed.since >= LEFT_AFTER.ms;
      const dead = wish !== null && long && failed.times >= LEFT_AFTER.times;
      if (left !== null && !dead) return left;
      if (left !== null) this.#d.log('warn', 'an old address was left at its service', leftBehind(place, before, left));
      await this.#keep(place, null);
    }
    if (wish === null || row === undefined) return null;
    const { offer, entered, make } = wish;
    const effect = triggerEffect(this.#d, row);
    const there = await this.#find(effect, place, offer, entered);
    if ('code' in there) return told(offer, there);
    if (there.taken) return told(offer, TAKEN);
    for (const id of there.ours) {
      const left = await this.#takeOut(place, row, { ...entered, id });
      if (left !== null) return left;
    }
    await this.#keep(place, entered);
    const made = await this.#use(effect, place, offer.service, entered.secret, make);
    if (!made.ok) {
      // What was not lent was not called.
      if (UNCALLED.test(made.problem.code)) await this.#keep(place, null);
      return told(offer, made.problem);
    }
    const { id: at } = offer.trigger.register ?? {};
    const id = at === undefined ? null : atPointer(made.value, at);
    await this.#keep(place, {
      ...entered,
      id: typeof id === 'string' || typeof id === 'number' ? id : null,
      sure: true,
    });
    return null;
  }

  /** What is to stand at the service, with the call that makes it so. */
  async #wish(row: PollRow) {
    const { flows, store, publicUrl, credentials } = this.#d;
    const { workspace, project, flow, environment, trigger } = row;
    const target = await flows.live(workspace, flow, environment);
    if (!target.ok) return target.problem;
    if (!(await hasOwner(store, workspace, target.value.row))) return NOBODY;
    const settings = record(row.with);
    const given = record(settings['register']);
    const { services } = await flows.catalogIn(workspace);
    const offer = hookTriggerOf(services, text(settings['service']), text(settings['trigger']));
    if (offer?.trigger.register === undefined) return UNKNOWN;
    const scoped = store.in(workspace);
    const hooks =
      environment === DEFAULT_ENVIRONMENT
        ? await scoped.flows.hooks(flow)
        : await scoped.deployments.hooks(flow, environment);
    const token = hooks.find((one) => one.trigger === trigger)?.token;
    if (token === undefined) return UNKNOWN;
    const [secret, signing, input] = [text(given['secret']), text(settings['signing']), record(given['input'])];
    const url = `${publicUrl}/api/v1/webhook/${token}`;
    const events = Array.isArray(settings['events']) ? settings['events'].map(String) : undefined;
    const operation = makeUse(offer.service, offer.trigger, { url, secret: '', events, input })?.operation;
    const origin = operation === undefined ? undefined : knownAddress(offer.service, operation, input)?.origin;
    if (origin === undefined) return UNKNOWN;
    let shared = '';
    let version = '';
    if (offer.trigger.register.secret !== undefined) {
      const of = { workspace, project, flow, environment, principal: `trigger:${trigger}`, run: '', step: trigger };
      const needs: readonly Power[] = [{ power: 'secret', name: signing, origin }];
      const read = await triggerEffect(this.#d, row)(needs, () => credentials.shared({ ...of, name: signing }, origin));
      if (!read.ok) return read.problem;
      if ('problem' in read.value) return read.value.problem;
      ({ value: shared, version } = read.value);
    }
    const make = makeUse(offer.service, offer.trigger, { url, secret: shared, events, input });
    if (make === undefined) return UNKNOWN;
    const { name } = offer.service;
    const said = JSON.stringify([name, offer.trigger.id, url, secret, input, events ?? null, signing, version]);
    const entered: Entered = {
      service: name,
      trigger: offer.trigger.id,
      url,
      secret,
      input,
      with: codeHash('register', said),
      id: null,
      sure: false,
      by: closingOf(offer),
    };
    return { offer, entered, make };
  }

  /**
   * Ids of those that stand there with this address; a Problem: that cannot be said. `taken`: the service keeps one alone, and
   * it is another's.
   */
  async #find(effect: Effects, place: Place, { service, trigger }: Offer, { url, secret, input }: Entered) {
    const use = findUse(service, trigger, input);
    const { find } = trigger.register ?? {};
    if (use === undefined || find === undefined) return { ours: [], taken: false };
    const found = await this.#use(effect, place, service, secret, use);
    if (!found.ok) return found.problem;
    const list = use.operation.paging === undefined ? found.value : atPointer(found.value, '/items');
    const all: readonly unknown[] = find.single === true ? [found.value] : Array.isArray(list) ? list : [];
    const ours = all.flatMap((one) => {
      const id = atPointer(one, find.id);
      return atPointer(one, find.url) === url && (typeof id === 'string' || typeof id === 'number') ? [id] : [];
    });
    const taken = find.single === true && ours.length === 0 && text(atPointer(found.value, find.url)) !== '';
    return { ours, taken };
  }

  /** Null: it is out, or was already. */
  async #takeOut(place: Place, row: PollRow | undefined, entered: Entered): Promise<Problem | null> {
    const { services } = await this.#d.flows.catalogIn(place.workspace);
    const offer = entered.by ?? hookTriggerOf(services, entered.service, entered.trigger);
    const effect = row === undefined ? this.#closing(place) : triggerEffect(this.#d, row);
    const { find } = offer?.trigger.register ?? {};
    if (offer !== undefined && find?.single === true) {
      const there = await this.#find(effect, place, offer, entered);
      if ('code' in there) return told(offer, there);
      // What stands there is another's, or nothing: to take it out would be to silence somebody else.
      if (there.ours.length === 0) return null;
    } else if (offer !== undefined && find !== undefined && !entered.sure && entered.id === null) {
      const there = await this.#find(effect, place, offer, entered);
      if ('code' in there) return told(offer, there);
      for (const id of there.ours) {
        const left = await this.#takeOut(place, row, { ...entered, id });
        if (left !== null) return left;
      }
      return null;
    }
    const use = offer === undefined ? undefined : endUse(offer.service, offer.trigger, entered.input, entered.id);
    // A service that is not there any more is asked for nothing.
    if (offer === undefined || use === undefined) return null;
    const done = await this.#use(effect, place, offer.service, entered.secret, use);
    return done.ok || done.problem.code === 'service.not_found' ? null : told(offer, done.problem);
  }

  /** Effects that end what was begun by a trigger that is gone (RG2). */
  #closing(place: Place): Effects {
    const { flows, journal, clock } = this.#d;
    const { workspace, trigger } = place;
    return async (needs, act) => {
      for (const need of needs) {
        const reaches = await flows.reaches(workspace, need);
        const group = journal.audit([
          {
            ...{ at: clock.now(), workspace, actor: `trigger:${trigger}`, action: `power.${need.power}` },
            ...{ object: printPower(withoutPath(need)), decision: reaches ? 'allow' : 'deny' },
            ...{ reason: reaches ? 'trigger.ended' : 'policy.denied', run: null, step: trigger },
          },
        ]);
        await journal.barrier(group);
        if (!reaches) return { ok: false, problem: CLOSED, sent: 'no' };
      }
      return { ok: true, value: await act(() => CLOSED, NEVER) };
    };
  }

  #use(effect: Effects, place: Place, service: Service, secret: string, { operation, input }: RegisterUse) {
    const { workspace, project, flow, environment, trigger } = place;
    const of = {
      workspace,
      project,
      flow,
      environment,
      principal: `trigger:${trigger}`,
      run: '',
      step: trigger,
      name: '',
    };
    const sink = () => {
      throw new FileRefused(problem('service.answer', 'The answer is larger than was expected'));
    };
    const from = { of, effect, hops: null, sink, signal: NEVER };
    const most = operation.paging === undefined ? undefined : 1_000;
    return useService(
      { service, operation, input, secret, most, key: codeHash(trigger, JSON.stringify(input)) },
      { request: (request) => send(this.#d, from, request) },
    );
  }

  async #read({ workspace, flow, trigger, environment }: Place): Promise<Entered | null> {
    const name = enteredName(trigger);
    const sealed = await this.#d.store.engine.memory(flow, name, environment);
    if (sealed === null) return null;
    const read: unknown = JSON.parse(this.#d.open(workspace, memoryName(flow, name, environment), 1, sealed));
    if (!isObject(read)) return null;
    const { id } = read;
    return {
      ...{ service: text(read['service']), trigger: text(read['trigger']), url: text(read['url']) },
      ...{ secret: text(read['secret']), input: record(read['input']), with: text(read['with']) },
      id: typeof id === 'string' || typeof id === 'number' ? id : null,
      sure: read['sure'] !== false,
      by: isObject(read['by']) ? (read['by'] as Offer) : null, // sealed by us
    };
  }

  async #keep({ workspace, flow, trigger, environment }: Place, entered: Entered | null): Promise<void> {
    const of = { workspace, flow, trigger: enteredName(trigger), environment };
    await this.#d.store.engine.saveMemory({ ...of, text: JSON.stringify(entered) });
  }
}

const leftBehind = ({ flow, trigger }: Place, { service }: Entered, { code }: Problem) => ({
  ...{ flow, trigger, service, code },
});

/** As much of a description as finding and taking out need. */
const closingOf = ({ service, trigger }: Offer): Offer => {
  const { remove, find } = trigger.register ?? {};
  const needed = new Set([remove?.operation, find?.operation]);
  return {
    trigger,
    service: { ...service, triggers: [], operations: service.operations.filter(({ id }) => needed.has(id)) },
  };
};
