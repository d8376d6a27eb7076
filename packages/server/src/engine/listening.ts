/**
 * Listening: for some minutes a webhook of a draft has an address of its own, so that the flow can be tried with what the
 * sender really sends. Whoever knows the address starts the draft, as the published address starts what was published.
 *
 * LI1 The address is random, is held here by its hash alone, and ends: by who listens, after LISTEN_FOR, or with the process.
 * LI2 Who listens is asked for at every delivery what he may now: to run and to change the flow. Else there is nothing there.
 * LI3 It is the draft as it is at the delivery. Its powers are those lent to the flow; the run acts for the trigger, and for
 *     nobody, as it will when the flow is published.
 * LI4 Of one principal at most MOST_EACH, of one workspace MOST_TOGETHER, of all MOST addresses listen; listening again at the
 *     same trigger ends the address before. Where there is no place, one is made by who has the most: nobody keeps others
 *     from listening by listening himself (row DOS-08).
 */

import { createHash, randomBytes } from 'node:crypto';
import { isHookKind, may, type Principal, type Problem, problem, type Result, thingOf } from '@headgate/core';
import { DEFAULT_ENVIRONMENT } from '../store/environment.ts';
import type { Store } from '../store/ports.ts';
import type { Clock } from './clock.ts';
import type { Flows, Target } from './flows.ts';

export const LISTEN_FOR = 15 * 60 * 1000;
const MOST_EACH = 10;
const MOST_TOGETHER = 100;
const MOST = 1_000;

type Listened = {
  readonly id: string;
  readonly workspace: string;
  readonly flow: string;
  readonly trigger: string;
  /** Id of who listens. */
  readonly by: string;
  readonly until: number;
};

export type Heard = Pick<Listened, 'workspace' | 'flow' | 'trigger'> & { readonly target: Target };

type Deps = { readonly store: Store; readonly clock: Clock; readonly flows: Flows };

const hashOf = (token: string): string => createHash('sha256').update(token).digest('base64url');

export class Listening {
  readonly #d: Deps;
  readonly #open = new Map<string, Listened>();

  constructor(deps: Deps) {
    this.#d = deps;
  }

  async begin(
    who: Principal,
    flow: string,
    trigger: string,
  ): Promise<Result<{ readonly id: string; readonly token: string; readonly until: number }>> {
    const { clock } = this.#d;
    const target = await this.#draftFor(who, flow);
    if (!target.ok) return target;
    if (!isWebhook(target.value, trigger)) return refuse(NONE);
    this.#sweep();
    for (const [key, one] of this.#open)
      if (one.by === who.id && one.flow === flow && one.trigger === trigger) this.#open.delete(key);
    if (!this.#makesRoom(who)) return refuse(FULL);
    const token = randomBytes(32).toString('base64url');
    const id = clock.id('l');
    const until = clock.now() + LISTEN_FOR;
    this.#open.set(hashOf(token), { id, workspace: who.workspace, flow, trigger, by: who.id, until });
    return { ok: true, value: { id, token, until } };
  }

  /** Ends it; false: it is not there (any more), or somebody else's. */
  end(who: Principal, flow: string, id: string): boolean {
    const found = this.#of(who.id).find(([, one]) => one.id === id && one.flow === flow);
    return found !== undefined && this.#open.delete(found[0]);
  }

  /** What a delivery at this address is for; null: nobody listens there, or he may not any more. Free while nobody listens. */
  async heard(token: string): Promise<Heard | null> {
    if (this.#open.size === 0) return null;
    const found = this.#open.get(hashOf(token));
    if (found === undefined || found.until <= this.#d.clock.now()) return null;
    const { workspace, flow, trigger, by } = found;
    const { store, clock } = this.#d;
    const [stands, short] = await Promise.all([store.directory.named(workspace, by), store.tokens.byId(by)]);
    // A key that ran out is there, and may nothing any more; so is a token, whose own end the directory does not judge.
    if (stands === null || (stands.expires !== null && stands.expires <= clock.now())) return null;
    if (short !== null && short.expires <= clock.now()) return null;
    const target = await this.#draftFor(stands.principal, flow);
    if (!target.ok || !isWebhook(target.value, trigger)) return null;
    return { workspace, flow, trigger, target: target.value };
  }

  /** LI2. The draft, for who may try it. */
  async #draftFor(who: Principal, flow: string): Promise<Result<Target>> {
    const { store, flows, clock } = this.#d;
    const { workspace } = who;
    const row = await store.in(workspace).flows.get(flow);
    if (row === null || !may(who, 'run', thingOf(workspace, row))) return refuse(MISSING);
    if (!may(who, 'flow.write', thingOf(workspace, row))) return refuse(TRIAL);
    if (!row.enabled)
      return refuse(problem('flow.disabled', 'This flow is switched off', { fix: 'Switch it on first.' }));
    return flows.draft(workspace, flow, clock.now(), DEFAULT_ENVIRONMENT);
  }

  /** LI4. Ends the oldest of who has too many; false: the workspace has all it may, and none of them is his. */
  #makesRoom(who: Principal): boolean {
    const mine = this.#of(who.id);
    const here = [...this.#open].filter(([, { workspace }]) => workspace === who.workspace);
    if (mine.length >= MOST_EACH || (here.length >= MOST_TOGETHER && mine.length > 0)) this.#end(mine[0]);
    else if (here.length >= MOST_TOGETHER) return false;
    else if (this.#open.size >= MOST) this.#end(this.#ofFullest());
    return true;
  }

  /** The oldest address of the workspace with the most. */
  #ofFullest(): [string, Listened] | undefined {
    const counts = new Map<string, number>();
    for (const { workspace } of this.#open.values()) counts.set(workspace, (counts.get(workspace) ?? 0) + 1);
    const [fullest] = [...counts].toSorted(([, a], [, b]) => b - a);
    return [...this.#open].find(([, { workspace }]) => workspace === fullest?.[0]);
  }

  #end(one: [string, Listened] | undefined): void {
    if (one !== undefined) this.#open.delete(one[0]);
  }

  #of(who: string): [string, Listened][] {
    return [...this.#open].filter(([, { by }]) => by === who);
  }

  #sweep(): void {
    const now = this.#d.clock.now();
    for (const [key, { until }] of this.#open) if (until <= now) this.#open.delete(key);
  }
}

const isWebhook = ({ compiled }: Target, trigger: string): boolean =>
  (compiled.flow.triggers ?? []).some(({ id, kind }) => id === trigger && isHookKind(kind));

const refuse = (why: Problem): { readonly ok: false; readonly problem: Problem } => ({ ok: false, problem: why });

const MISSING = problem('flow.not_found', 'There is no such flow');
const TRIAL = problem('permission.missing', 'Trying out a webhook of a draft needs the permission flow.write too', {
  fix: 'Use a key that may change the flow.',
});
const NONE = problem('webhook.none', 'The draft has no webhook of this id', {
  fix: 'Name a webhook trigger of the draft.',
});
const FULL = problem('listening.limit', 'Too many addresses listen at this moment', {
  retry: 'after',
  retryAfter: 60_000,
  fix: 'Try again in a minute.',
});
