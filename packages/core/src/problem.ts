/**
 * A Problem is an expected failure as data: it is returned, journalled and shown, never thrown.
 * A thrown error is a bug of ours.
 *
 * `text` says what was expected and what came, in words for the flow's author; it never carries a
 * value that flowed through a run (attack row EXP-06), because texts end up in logs and lists.
 */

/**
 * Where a Problem lies. `item` is the path of item indexes through nested blocks, outermost first; `line` and `column`
 * count from 1 in the text of the field.
 */
export type Place = {
  readonly flow?: string;
  readonly step?: string;
  readonly field?: string;
  readonly item?: readonly number[];
  readonly line?: number;
  readonly column?: number;
};

/** `no`: trying again cannot help. `yes`: it may. `after`: it may, not before `retryAfter` milliseconds have passed. */
export type Retry = 'no' | 'yes' | 'after';

export type Problem = {
  readonly code: string;
  readonly text: string;
  readonly at?: Place;
  readonly fix?: string;
  readonly retry: Retry;
  /** Milliseconds; only with `retry: 'after'`. */
  readonly retryAfter?: number;
};

type More = { at?: Place; fix?: string; retry?: Retry; retryAfter?: number };

/** Builds a Problem; `retry` defaults to `no`. Absent members are left out, so that Problems compare by value. */
export const problem = (code: string, text: string, more: More = {}): Problem => {
  const made: Problem = { code, text, retry: more.retry ?? 'no' };
  return {
    ...made,
    ...(more.at === undefined ? {} : { at: more.at }),
    ...(more.fix === undefined ? {} : { fix: more.fix }),
    ...(more.retryAfter === undefined ? {} : { retryAfter: more.retryAfter }),
  };
};

/** The same Problem at a place; what it already says of its place wins. */
export const at = (place: Place, of: Problem): Problem => ({ ...of, at: { ...place, ...of.at } });

/** An outcome that is either a value or a Problem; told apart by `ok`. */
export type Result<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Problem };

export const good = <T>(value: T): Result<T> => ({ ok: true, value });
export const bad = <T>(problem: Problem): Result<T> => ({ ok: false, problem });
