/**
 * Looks that go through many runs or flows for one answer: some at a time for a workspace, the others in turn.
 *
 * LO1 However many its people and keys ask for, a workspace has AT_ONCE under way, so that they take from others what so
 *     many take (row DOS-08). A bounded number waits; who comes beyond is told so.
 * LO2 A look that fails gives its place on like one that is done.
 */

const AT_ONCE = 2;
const MOST_WAITING = 30;

type Place = { running: number; readonly waiting: (() => void)[] };

export class Looks {
  readonly #places = new Map<string, Place>();

  /** Looks when it is the workspace's turn; null: too many wait already. */
  async of<T>(workspace: string, look: () => Promise<T>): Promise<T | null> {
    const here = this.#places.get(workspace) ?? { running: 0, waiting: [] };
    if (here.running < AT_ONCE) here.running += 1;
    else if (here.waiting.length >= MOST_WAITING) return null;
    // The place is handed over by who is done, and stays counted.
    else await new Promise<void>((resolve) => here.waiting.push(resolve));
    this.#places.set(workspace, here);
    try {
      return await look();
    } finally {
      this.#done(workspace, here);
    }
  }

  #done(workspace: string, here: Place): void {
    const next = here.waiting.shift();
    if (next !== undefined) return next();
    here.running -= 1;
    if (here.running === 0) this.#places.delete(workspace);
  }
}
