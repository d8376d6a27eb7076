/**
 * How many calls are under way at a time. A call has one connection, so this bounds the descriptors that calls take, and
 * leaves the rest to those who come in.
 *
 * PL1 All calls together have `most` places; one workspace at most half of them, one flow and one origin of a workspace a
 *     quarter: hosts that never answer hold up the flow that calls them, and nobody else.
 * PL2 Who finds none waits: workspaces in turn, their flows in turn, and of one flow in the order of coming. Waiting is
 *     part of a call's time.
 * PL3 So many wait at most; beyond that a call is refused at once.
 */

/** On whose behalf a call is made. */
export type Share = { readonly workspace: string; readonly flow: string };

export type Place = {
  /** Resolves when the place is taken; null: it is already. */
  readonly entered: Promise<void> | null;
  /** Gives it back, or stops waiting. Once. */
  readonly leave: () => void;
};

/** A door that nobody gave a number. */
const MOST = 1_000;
/** Waiting calls of one flow. */
const MOST_WAITING = 10_000;

type Caller = { readonly share: Share; readonly keys: readonly (readonly [string, number])[]; enter: () => void };
/** Who waits, by flow. */
type Flows = Map<string, Set<Caller>>;

/** How many of one flow are looked at for one that may go on: they differ in where they go. */
const LOOKED_AT = 100;

export class Places {
  readonly #most: number;
  #taken = 0;
  #waiting = 0;
  readonly #counts = new Map<string, number>();
  /** By workspace. The one served last is put behind the others, here and among the flows. */
  readonly #queues = new Map<string, Flows>();

  constructor(most: number = MOST) {
    this.#most = Math.max(4, Math.floor(most));
  }

  /** Calls that have a place, and that wait for one. */
  get counts(): { readonly taken: number; readonly waiting: number } {
    return { taken: this.#taken, waiting: this.#waiting };
  }

  /** A place for a call to an origin, now or in its turn; null when too many wait. */
  ask(share: Share, origin: string): Place | null {
    const { workspace, flow } = share;
    const quarter = Math.ceil(this.#most / 4);
    const keys = [
      [`w ${workspace}`, this.#half],
      [`f ${workspace} ${flow}`, quarter],
      [`o ${workspace} ${origin}`, quarter],
    ] as const;
    let state: 'waiting' | 'in' | 'left' = 'in';
    const caller: Caller = { share, keys, enter: () => undefined };
    const leave = (): void => {
      const before = state;
      state = 'left';
      if (before === 'in') this.#free(caller);
      else if (before === 'waiting') this.#forget(caller);
    };
    // Nobody who waits fits (every place that is given back is offered to them), so whoever fits passes nobody.
    if (this.#fits(caller)) {
      this.#take(caller);
      return { entered: null, leave };
    }
    const flows: Flows = this.#queues.get(workspace) ?? new Map();
    const queue = flows.get(flow) ?? new Set<Caller>();
    if (queue.size >= MOST_WAITING) return null;
    state = 'waiting';
    this.#waiting += 1;
    this.#queues.set(workspace, flows.set(flow, queue.add(caller)));
    const entered = new Promise<void>((resolve) => {
      caller.enter = () => {
        state = 'in';
        resolve();
      };
    });
    return { entered, leave };
  }

  get #half(): number {
    return Math.ceil(this.#most / 2);
  }

  #count(key: string): number {
    return this.#counts.get(key) ?? 0;
  }

  #fits({ keys }: Caller): boolean {
    return this.#taken < this.#most && keys.every(([key, most]) => this.#count(key) < most);
  }

  #take({ keys }: Caller): void {
    this.#taken += 1;
    for (const [key] of keys) this.#counts.set(key, this.#count(key) + 1);
  }

  #free({ keys }: Caller): void {
    this.#taken -= 1;
    for (const [key] of keys) {
      const left = this.#count(key) - 1;
      if (left > 0) this.#counts.set(key, left);
      else this.#counts.delete(key);
    }
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      this.#forget(next);
      this.#take(next);
      next.enter();
    }
  }

  #forget(caller: Caller): void {
    const { workspace, flow } = caller.share;
    const flows = this.#queues.get(workspace);
    const queue = flows?.get(flow);
    if (flows === undefined || queue === undefined || !queue.delete(caller)) return;
    this.#waiting -= 1;
    // Behind the others, or out.
    flows.delete(flow);
    if (queue.size > 0) flows.set(flow, queue);
    this.#queues.delete(workspace);
    if (flows.size > 0) this.#queues.set(workspace, flows);
  }

  /** Who goes on next: of the workspace and flow whose turn it is, the first that fits. */
  #next(): Caller | undefined {
    if (this.#taken >= this.#most) return undefined;
    for (const [workspace, flows] of this.#queues) {
      // Who has all they may have is not looked through.
      if (this.#count(`w ${workspace}`) >= this.#half) continue;
      for (const [flow, queue] of flows) {
        if (this.#count(`f ${workspace} ${flow}`) >= Math.ceil(this.#most / 4)) continue;
        let looked = 0;
        for (const caller of queue) {
          if (this.#fits(caller)) return caller;
          looked += 1;
          if (looked === LOOKED_AT) break;
        }
      }
    }
    return undefined;
  }
}
