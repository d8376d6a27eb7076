/**
 * The scope of one power: how it is written, what it covers, and what it means in words. One file of this folder a power;
 * power.ts puts them together.
 *
 * SC1 `print` gives the one spelling that `parse` reads back to the same power.
 * SC2 `is` and `covers` are total: whatever is not the one spelling is covered by nothing narrower than "any".
 * SC3 `covers` is reflexive and transitive, and a wider grant covers all that a narrower one does.
 */

/** What `parse` gives: the scope, or why it cannot be read. */
export type Read<S> = { readonly scope: S } | { readonly wrong: string };

/** The grammar of one power; `S` is its scope without the word before the colon. */
export type Scope<S> = {
  /** How it is written, shown to who wrote something else. */
  readonly form: string;
  /** Reads what follows the colon, without blanks around it. */
  readonly parse: (text: string) => Read<S>;
  readonly print: (scope: S) => string;
  /** Is this object, which may come from another process, a scope of this power at all? */
  readonly is: (value: Readonly<Record<string, unknown>>) => boolean;
  /** Does `grant` allow all that `request` stands for? Both passed `is`. */
  readonly covers: (grant: S, request: S) => boolean;
  /** One sentence, without a full stop, that a person who writes no code can consent to. */
  readonly sentence: (scope: S) => string;
  /**
   * Does an entitled author lend this by writing it plainly into a step? Only for one plainly named thing whose use shows
   * nobody a secret; whatever says no here always asks.
   */
  readonly byTyping: (scope: S) => boolean;
};

export const wrong = (reason: string): { readonly wrong: string } => ({ wrong: reason });

/** Is each of these members a text that is not empty? */
export const texts = (value: Readonly<Record<string, unknown>>, ...names: readonly string[]): boolean =>
  names.every((name) => typeof value[name] === 'string' && value[name] !== '');

/** `read`, `write` or `read,write` in the one spelling, or undefined. */
export const parseVerbs = (text: string): string | undefined => {
  const verbs = [...new Set(text.toLowerCase().split(','))].toSorted();
  return verbs.every((verb) => verb === 'read' || verb === 'write') ? verbs.join(',') : undefined;
};

/** Does every word of `request` stand in `grant`? Both are words joined by commas. */
export const wordsCover = (grant: string, request: string): boolean => {
  if (grant === request) return true;
  const held = grant.split(',');
  return request.split(',').every((word) => held.includes(word));
};
