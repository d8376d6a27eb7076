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
 * RG6 An old address of a trigger that cannot be taken out keeps the new one waiting for some tries, and not for ever: then it is
 *     left, remembered and tried again for as long as it is there, and the flow's people are told.
 * RG7 An address that was left starts no run: before another is entered, the trigger gets a new one, and the old is nothing.
 * RG4 What fails is shown on the flow, told of as every trigger that fails, and tried again.
 */

import { atPointer, isObject, type Problem } from '@headgate/core';
import { DEFAULT_ENVIRONMENT } from '../store/environment.ts';
import { type Entered, enteredMemory, type Left, type Place, record } from './entered.ts';
import { leftNotice } from './notices.ts';
import { keyOf, type PollRow } from './polls.ts';
import { registerCalls } from './register-calls.ts';
import type { RegisterDeps } from './register-deps.ts';
import { type Wish, wishOf } from './register-wish.ts';
import { BROKEN, TAKEN, told, UNCALLED } from './registering-problems.ts';
import { triggerEffect } from './trigger-effect.ts';

const KIND = 'service.webhook@1';
/** How long to wait after one failure, two in a row, and so on; milliseconds. */
const PAUSES = [5_000, 60_000, 300_000, 900_000, 3_600_000] as const;
/** After so many failures to take it out, over so long, an old address is left to its service, and the new one entered. */
const LEFT_AFTER = { times: 4, ms: 20 * 60_000 };
/** More of one trigger are not left: then the new one waits. */
const MOST_LEFT = 20;

const pauseAfter = (times: number): number => PAUSES[Math.min(times, PAUSES.length) - 1] ?? PAUSES[0];

const registerOf = (row: PollRow): Record<string, unknown> | null => {
  const { register } = record(row.with);
  return isObject(register) ? register : null;
};
const tokenOf = ({ url }: Entered): string => url.split('/').at(-1) ?? '';

export class Registering {
  readonly #d: RegisterDeps;
  readonly #busy = new Set<string>();
  readonly #again = new Set<string>();
  readonly #calls: ReturnType<typeof registerCalls>;
  readonly #memory: ReturnType<typeof enteredMemory>;
  /** Failures to take out what stands in the way of another, by place. */
  readonly #stuck = new Map<string, { readonly times: number; readonly since: number }>();
  /** When those that were left are tried again, by place. */
  readonly #waits = new Map<string, { readonly times: number; readonly at: number }>();
  readonly #told = new Set<string>();
  readonly #failures = new Map<string, { readonly times: number; readonly at: number }>();
  readonly #timers = new Map<string, () => void>();
  #rows = new Map<string, PollRow>();
  #closed = false;

  constructor(deps: RegisterDeps) {
    this.#d = deps;
    this.#calls = registerCalls(deps);
    this.#memory = enteredMemory(deps);
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
        why = await this.#settle(key, place, this.#rows.get(key));
      } catch (error) {
        this.#d.log('error', 'an address could not be entered', { flow: place.flow, error: String(error) });
        why = BROKEN;
      }
      try {
        await this.#clear(key, place);
      } catch (error) {
        this.#d.log('error', 'an address could not be taken out', { flow: place.flow, error: String(error) });
      }
      this.#busy.delete(key);
      this.#ended(key, place, why);
    });
  }

  #ended(key: string, place: Place, why: Problem | null): void {
    const { health, log, clock } = this.#d;
    const row = this.#rows.get(key);
    const soonest: number[] = [];
    if (why === null) {
      this.#failures.delete(key);
      if (row === undefined) health.forget(key);
      else health.well(row);
    } else {
      const now = clock.now();
      const times = (this.#failures.get(key)?.times ?? 0) + 1;
      this.#failures.set(key, { times, at: now });
      if (row !== undefined) health.ill(row, why);
      else
        log('warn', 'an address could not be taken out', { flow: place.flow, trigger: place.trigger, code: why.code });
      soonest.push(now + pauseAfter(times));
    }
    const left = this.#waits.get(key);
    if (left !== undefined) soonest.push(left.at);
    if (soonest.length > 0) this.#beginAt(Math.min(...soonest), key, place);
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
  async #settle(key: string, place: Place, row: PollRow | undefined): Promise<Problem | null> {
    const remembered = await this.#memory.read(place);
    const { now } = remembered;
    let { left } = remembered;
    const wish = row === undefined ? null : await wishOf(this.#d, row);
    if (wish !== null && 'code' in wish) return wish;
    if (wish === null && now === null) return null;
    const same = wish !== null && now?.with === wish.entered.with;
    if (same && now?.sure === true) return null;
    if (now !== null && !same) {
      // By what was lent then: nothing of what is lent now needs to reach it (RG2).
      const why = await this.#calls.takeOut(place, undefined, now);
      if (why !== null && !(left.length < MOST_LEFT && this.#isStuck(key))) return why;
      this.#stuck.delete(key);
      if (why !== null) left = [...left, this.#leave(key, place, now, why)];
      await this.#memory.keep(place, { now: null, left });
    }
    return wish === null || row === undefined ? null : this.#enter(place, row, wish, left);
  }

  /** An old one could not be taken out, once more: is it left now? One that nobody listens to harms less than a new one that is never entered. */
  #isStuck(key: string): boolean {
    const now = this.#d.clock.now();
    const { times, since } = this.#stuck.get(key) ?? { times: 0, since: now };
    this.#stuck.set(key, { times: times + 1, since });
    return times >= LEFT_AFTER.times && now - since >= LEFT_AFTER.ms;
  }

  #leave(key: string, { flow, trigger }: Place, old: Entered, why: Problem): Left {
    const now = this.#d.clock.now();
    const data = { flow, trigger, service: old.service, code: why.code };
    this.#d.log('warn', 'an old address was left at its service', data);
    // It was tried often enough just now.
    this.#waits.set(key, { times: 2, at: now + pauseAfter(3) });
    return { ...old, since: now };
  }

  async #enter(place: Place, row: PollRow, wished: Wish, left: readonly Left[]): Promise<Problem | null> {
    const { find, takeOut, use } = this.#calls;
    let wish: Wish | Problem = wished;
    if (await this.#renewAddress(place, left)) wish = await wishOf(this.#d, row);
    if ('code' in wish) return wish;
    const { offer, entered, make } = wish;
    const effect = triggerEffect(this.#d, row);
    const there = await find(effect, place, offer, entered);
    if ('code' in there) return told(offer, there);
    if (there.taken) return told(offer, TAKEN);
    for (const id of there.ours) {
      const why = await takeOut(place, row, { ...entered, id });
      if (why !== null) return why;
    }
    const keep = (now: Entered | null) => this.#memory.keep(place, { now, left });
    await keep(entered);
    const made = await use(effect, place, offer.service, entered.secret, make);
    if (!made.ok) {
      // What was not lent was not called.
      if (UNCALLED.test(made.problem.code)) await keep(null);
      return told(offer, made.problem);
    }
    const { id: at } = offer.trigger.register ?? {};
    const id = at === undefined ? null : atPointer(made.value, at);
    await keep({ ...entered, id: typeof id === 'string' || typeof id === 'number' ? id : null, sure: true });
    return null;
  }

  /** RG7: another address for the trigger, where one that was left is still good. */
  async #renewAddress(place: Place, left: readonly Left[]): Promise<boolean> {
    const { store, clock, journal } = this.#d;
    const { workspace, flow, trigger, environment } = place;
    const good = await Promise.all(left.map((one) => store.engine.hookByToken(tokenOf(one))));
    if (good.every((one) => one === null)) return false;
    const group = journal.audit([
      {
        ...{ at: clock.now(), workspace, actor: `trigger:${trigger}`, action: 'webhook.rotate' },
        object: `${flow}/${trigger}${environment === DEFAULT_ENVIRONMENT ? '' : `@${environment}`}`,
        ...{ decision: 'allow', reason: 'hook.left', run: null, step: trigger },
      },
    ]);
    await journal.barrier(group);
    await store.in(workspace).deployments.readdress(flow, environment, trigger, { at: clock.now(), until: 0 });
    return true;
  }

  /** Tries again to take out what was left, when it is time; tells the flow's people of what is there still (RG6). */
  async #clear(key: string, place: Place): Promise<void> {
    const { clock } = this.#d;
    const { now, left } = await this.#memory.read(place);
    const wait = this.#waits.get(key);
    if (left.length === 0) return void this.#waits.delete(key);
    const still: Left[] = [];
    const due = wait === undefined || clock.now() >= wait.at;
    for (const one of left) {
      const why = due ? await this.#calls.takeOut(place, undefined, one).catch(() => BROKEN) : BROKEN;
      if (why !== null) still.push(one);
    }
    const times = (wait?.times ?? 0) + (due ? 1 : 0);
    if (still.length === 0) this.#waits.delete(key);
    else if (due) this.#waits.set(key, { times, at: clock.now() + pauseAfter(times) });
    if (still.length < left.length) await this.#memory.keep(place, { now, left: still });
    await this.#tell(place, still);
  }

  /** Once for each of them, however often the server starts anew. */
  async #tell(place: Place, left: readonly Left[]): Promise<void> {
    for (const one of left) {
      const notice = leftNotice(place, one, this.#d.clock.now());
      if (this.#told.has(notice.id)) continue;
      await this.#d.store.engine.notices.add(notice);
      this.#told.add(notice.id);
      this.#d.told();
    }
  }
}
