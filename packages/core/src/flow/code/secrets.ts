/**
 * Which secrets the code of a step asks to see: `can.secret("NAME")`, in every language the same, so it is read from the
 * text and takes no compiler.
 *
 * CS1 What the text does not name this way is not lent: a name that only running makes finds nothing, and `check` tells of
 *     it (javascript.ts, python.ts).
 * CS2 It may find more than is called (in a comment, on something else than `can`); then more is asked for than needed.
 */

/** A call with one text, written as such, and nothing else. */
const CALL =
  /(?<![\w$])secret\s*(?:\?\.\s*)?\(\s*(?:'([^'\\\n]{1,200})'|"([^"\\\n]{1,200})"|`([^`\\$\n]{1,200})`)\s*,?\s*\)/g;

/** The names, each once, in the order of the text. */
export const secretsShown = (source: string): readonly string[] => [
  ...new Set([...source.matchAll(CALL)].map((found) => found[1] ?? found[2] ?? found[3] ?? '')),
];
