/**
 * What an expression may see: nine roots, and nothing else. There are no globals behind them.
 *
 * The engine implements `Scope`; lookups are lazy, so an expression that reads one step never makes
 * the others load. Values handed out must be plain JSON data (text, number, boolean, null, lists and
 * objects as JSON.parse makes them): anything else is refused when it is read.
 */

export const ROOTS = ['input', 'steps', 'trigger', 'problems', 'vars', 'item', 'index', 'now', 'run'] as const;

export type Root = (typeof ROOTS)[number];

/** Roots that are followed by a literal id; all others are read as they stand. */
export type ValueRoot = Exclude<Root, 'steps' | 'problems'>;

export type Scope = {
  /** The value of a root. `now` is the run's recorded time in milliseconds since 1970; expressions see it as a date in UTC. */
  get(root: ValueRoot): unknown;
  /** The output of a step; undefined or null when it was skipped. */
  step(id: string): unknown;
  /** The Problem a step ended in, or null. */
  problem(id: string): unknown;
};

const roots: ReadonlySet<string> = new Set(ROOTS);

export const isRoot = (name: string): name is Root => roots.has(name);
