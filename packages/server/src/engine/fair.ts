/**
 * A queue in which workspaces take turns: whoever has ten thousand pieces waiting holds up another by one of them. Among
 * the pieces of one workspace the first that came goes first.
 *
 * FA1 What is taken is of the workspace that was served longest ago, of those that have something waiting (DOS-08).
 */

type Line<T> = { items: T[]; head: number };

export class Fair<T> {
  /** In the order of their next turn. */
  readonly #lines = new Map<string, Line<T>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(workspace: string, item: T): void {
    this.#size += 1;
    const line = this.#lines.get(workspace);
    if (line === undefined) this.#lines.set(workspace, { items: [item], head: 0 });
    else line.items.push(item);
  }

  shift(): T | undefined {
    const first = this.#lines.entries().next();
    if (first.done === true) return undefined;
    const [workspace, line] = first.value;
    const item = line.items[line.head];
    this.#size -= 1;
    line.head += 1;
    this.#lines.delete(workspace);
    if (line.head >= line.items.length) return item;
    // What was taken is dropped now and then, not at every turn.
    if (line.head > 1_000 && line.head * 2 > line.items.length) {
      line.items = line.items.slice(line.head);
      line.head = 0;
    }
    this.#lines.set(workspace, line);
    return item;
  }
}
