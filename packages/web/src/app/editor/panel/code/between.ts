/** What an editor changes when its text is changed elsewhere. */

/** The one change that makes a text of another: what is the same before and after it stays, and so does the caret there. */
export const between = (
  was: string,
  now: string,
): { readonly from: number; readonly to: number; readonly insert: string } => {
  const most = Math.min(was.length, now.length);
  let from = 0;
  while (from < most && was[from] === now[from]) from += 1;
  let end = 0;
  while (end < most - from && was[was.length - 1 - end] === now[now.length - 1 - end]) end += 1;
  return { from, to: was.length - end, insert: now.slice(from, now.length - end) };
};
