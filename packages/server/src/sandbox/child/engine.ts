/**
 * The seam between the runner and what executes code: five methods, which V8 isolates and QuickJS both have. The runner
 * counts time, calls and bytes; an engine only enters code and comes back.
 *
 * An engine keeps a realm for each program (realm.ts), and several runs may be under way in one realm.
 */

/** What ended an entrance before the code did. A `lost` realm is gone, with all runs in it. */
export type Fault = { readonly why: 'time' | 'memory' | 'broken'; readonly lost: boolean; readonly text: string };

/** What code may use; the same for all runs of a program. */
export type Program = {
  readonly script: string;
  /** Host functions that it gets as `can.NAME`. */
  readonly names: readonly string[];
  readonly memoryMb: number;
  readonly hostCalls: number;
  /** Characters of its result's JSON. */
  readonly out: number;
  /** Characters of log of a run. */
  readonly log: number;
};

export type Reports = {
  readonly done: (run: number, ok: boolean, text: string) => void;
  readonly call: (run: number, call: number, name: string, args: string) => void;
  readonly log: (run: number, level: number, text: string) => void;
};

export type Engine = {
  /** Makes a realm and compiles the program in it. Answers what is wrong with it, or null. */
  readonly load: (id: number, program: Program) => Promise<{ readonly text: string; readonly stack: string } | null>;
  /**
   * Begins a run: JSON of its input, or the input itself where that is a text (`plain`); JSON of the facts of `can` (may be
   * empty). At most `ms` milliseconds. Python takes JSON alone.
   */
  readonly enter: (
    program: number,
    run: number,
    input: string,
    facts: string,
    ms: number,
    plain?: boolean,
  ) => Fault | null;
  /** Goes on with a run whose host call was answered. */
  readonly settle: (program: number, run: number, call: number, ok: boolean, text: string, ms: number) => Fault | null;
  /** Forgets a run that goes no further. */
  readonly forget: (program: number, run: number) => void;
  /** Throws a realm away. */
  readonly drop: (program: number) => void;
};
