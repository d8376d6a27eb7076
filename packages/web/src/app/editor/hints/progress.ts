/**
 * How far somebody is with the first flow: each hint goes when its act is done, however it was done. Kept in this browser, so that a
 * reload goes on where it was; it is about one flow, and holds nothing of it.
 */

export const HINTS = ['run', 'change', 'publish', 'call'] as const;
export type Hint = (typeof HINTS)[number];

export type Progress = {
  readonly flow: string;
  readonly done: readonly Hint[];
  /** The last run of the flow as it came: a run after it is one of what was changed. */
  readonly before: string | null;
};

export type Facts = {
  /** The run that is looked at, once it has done all it should. */
  readonly ended: string | null;
  readonly edited: boolean;
  readonly published: boolean;
  /** A run was begun from outside. */
  readonly called: boolean;
};

/** What is done by now. The same progress where nothing new was done. */
export const advanced = (was: Progress, { ended, edited, published, called }: Facts): Progress => {
  const before = edited || ended === null ? was.before : ended;
  const now: Readonly<Record<Hint, boolean>> = {
    run: ended !== null,
    change: edited && ended !== null && ended !== before,
    publish: published,
    call: called,
  };
  const done = HINTS.filter((hint) => was.done.includes(hint) || now[hint]);
  return done.length === was.done.length && before === was.before ? was : { ...was, done, before };
};

/** The hint to show; null: all is done. */
export const hintOf = ({ done }: Progress): Hint | null => HINTS.find((hint) => !done.includes(hint)) ?? null;
