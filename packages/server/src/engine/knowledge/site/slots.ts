/**
 * How many pages are got and read at a time, over all: so that what lies in memory is bounded, and no workspace is in front of
 * another (DOS-08). A workspace has one at a time.
 */

import { Line } from '../../../sandbox/line.ts';

const AT_ONCE = 4;

type Waiting = { readonly job: { readonly domain: string; readonly party: string }; readonly go: () => void };

export class Slots {
  readonly #line = new Line<Waiting>();
  readonly #busy = new Set<string>();

  /** Acts when there is a place. Null: it was told to stop before. */
  async turn<T>(
    { workspace, base }: { readonly workspace: string; readonly base: string },
    signal: AbortSignal,
    act: () => Promise<T>,
  ): Promise<T | null> {
    const may = await new Promise<boolean>((resolve) => {
      const one: Waiting = { job: { domain: workspace, party: base }, go: () => resolve(true) };
      if (signal.aborted) return resolve(false);
      this.#line.add(one);
      signal.addEventListener('abort', () => resolve(!this.#line.remove(one)), { once: true });
      this.#pump();
    });
    if (!may) return null;
    try {
      return await act();
    } finally {
      this.#busy.delete(workspace);
      this.#pump();
    }
  }

  #pump(): void {
    while (this.#busy.size < AT_ONCE) {
      const one = this.#line.next((workspace) => !this.#busy.has(workspace));
      if (one === undefined) return;
      this.#busy.add(one.job.domain);
      one.go();
    }
  }
}
