/**
 * Who has a flow open, and what they are told: that the draft was saved, that a run began or went on, who else is there.
 *
 * FR1 Nothing is told of another workspace's flow: a room is one flow of one workspace.
 * FR2 Runs are told to who may read them, judged for each: what a role lost is not told any more (AZ-10).
 * FR3 Who takes nothing keeps a bounded number of events; the oldest go, since what is told only says what to read.
 */

import type { Principal, RunNews } from '@headgate/core';
import type { FlowRow } from '../store/ports.ts';
import type { Gate } from './deps.ts';
import type { StreamEvent } from './streams.ts';

type Person = { readonly id: string; readonly name: string };
type Told =
  | { readonly type: 'presence'; readonly here: readonly Person[] }
  | { readonly type: 'draft'; readonly revision: number; readonly by: string; readonly name: string }
  | ({ readonly type: 'run' } & RunNews);

type Guest = { readonly person: Person; readonly told: (event: Told) => void };

const MOST_HELD = 200;

export class FlowRooms {
  readonly #gate: Pick<Gate, 'engine' | 'store'>;
  readonly #rooms = new Map<string, Set<Guest>>();

  constructor(gate: Pick<Gate, 'engine' | 'store'>) {
    this.#gate = gate;
  }

  /** The draft of a flow was saved. */
  async saved(who: Principal, row: FlowRow): Promise<void> {
    const room = this.#rooms.get(keyOf(who.workspace, row.id));
    if (room === undefined) return;
    const { id, name } = await this.#personOf(who);
    for (const guest of room) guest.told({ type: 'draft', revision: row.revision, by: id, name });
  }

  /** What is told in a room, until the signal. `barred`: why runs may not be read now, or undefined. Null: there is no such flow. */
  async enter(
    who: Principal,
    flow: string,
    signal: AbortSignal,
    barred: () => Promise<unknown>,
  ): Promise<AsyncIterable<StreamEvent> | null> {
    if ((await this.#gate.store.in(who.workspace).flows.get(flow)) === null) return null;
    return this.#events(who.workspace, flow, await this.#personOf(who), signal, barred);
  }

  async *#events(
    workspace: string,
    flow: string,
    person: Person,
    signal: AbortSignal,
    barred: () => Promise<unknown>,
  ): AsyncGenerator<StreamEvent> {
    const held: Told[] = [];
    let wake: () => void = () => undefined;
    const told = (event: Told): void => {
      held.push(event);
      if (held.length > MOST_HELD) held.shift();
      wake();
    };
    const guest: Guest = { person, told };
    const stop = this.#gate.engine.watch(workspace, flow, (news) => told({ type: 'run', ...news }));
    const leave = (): void => wake();
    signal.addEventListener('abort', leave, { once: true });
    this.#come(keyOf(workspace, flow), guest);
    try {
      for (let seq = 1; !signal.aborted; ) {
        const event = held.shift();
        if (event === undefined)
          await new Promise<void>((resolve) => {
            wake = resolve;
            if (held.length > 0 || signal.aborted) resolve();
          });
        else if (event.type !== 'run' || (await barred()) === undefined) yield { seq: seq++, ...event };
      }
    } finally {
      stop();
      signal.removeEventListener('abort', leave);
      this.#go(keyOf(workspace, flow), guest);
    }
  }

  #come(key: string, guest: Guest): void {
    const room = this.#rooms.get(key) ?? new Set();
    room.add(guest);
    this.#rooms.set(key, room);
    tellPresence(room);
  }

  #go(key: string, guest: Guest): void {
    const room = this.#rooms.get(key);
    if (room?.delete(guest) !== true) return;
    if (room.size === 0) this.#rooms.delete(key);
    else tellPresence(room);
  }

  async #personOf(who: Principal): Promise<Person> {
    const account = who.user === undefined ? null : await this.#gate.store.accounts.user(who.user);
    return { id: who.user ?? who.id, name: account?.name ?? who.id };
  }
}

const keyOf = (workspace: string, flow: string): string => `${workspace} ${flow}`;

/** Each person once, however many windows they have open. */
const tellPresence = (room: ReadonlySet<Guest>): void => {
  const here = [...new Map([...room].map(({ person }) => [person.id, person])).values()];
  for (const guest of room) guest.told({ type: 'presence', here });
};
