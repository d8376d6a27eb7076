/**
 * Patterns of paths: `*` for anything within a name, `?` for one character, `**` as a whole name for any folders, none
 * among them. Everything else stands for itself. It reads texts and touches no file.
 *
 * GL1 The time is at most the length of the path times that of the pattern, whatever they are.
 */

/** The longest pattern, in characters. */
export const LONGEST_GLOB = 200;

/** Does the sequence match, where `many` may stand for any number of entries and `fits` judges one? */
const runs = <P, T>(
  pattern: readonly P[],
  text: readonly T[],
  many: (p: P) => boolean,
  fits: (p: P, t: T) => boolean,
): boolean => {
  let p = 0;
  let t = 0;
  // Where the latest `many` stands, and how far what it stands for goes: only that one has ever to be tried again.
  let star = -1;
  let from = 0;
  while (t < text.length) {
    const want = pattern[p];
    const have = text[t];
    if (want !== undefined && many(want)) {
      star = p;
      from = t;
      p += 1;
    } else if (want !== undefined && have !== undefined && fits(want, have)) {
      p += 1;
      t += 1;
    } else if (star >= 0) {
      p = star + 1;
      from += 1;
      t = from;
    } else return false;
  }
  while (p < pattern.length) {
    const want = pattern[p];
    if (want === undefined || !many(want)) return false;
    p += 1;
  }
  return true;
};

/** A pattern such as `**` + `/*.csv`, made ready for many paths. Paths and patterns are relative, with `/` between names. */
export const globOf = (pattern: string): ((path: string) => boolean) => {
  const names = pattern.split('/').map((name) => (name === '**' ? null : [...name]));
  return (path) =>
    runs(
      names,
      path.split('/'),
      (name) => name === null,
      (name, text) =>
        name !== null &&
        runs(
          name,
          [...text],
          (one) => one === '*',
          (one, char) => one === '?' || one === char,
        ),
    );
};
