/** Which rows of an evaluation are done, as they are left out of the next question, and both put together again. */

type Row = { readonly state: string };

/** The longest that is asked; what is beyond it is asked for again. */
const LONGEST = 1_500;

/** Places of rows that are done, from 0 on, as ranges: `0-41,43`. */
export const placesDone = (rows: readonly Row[]): string => {
  const ranges: string[] = [];
  for (let at = 0; at < rows.length; at += 1) {
    if (rows[at]?.state !== 'done') continue;
    const from = at;
    while (rows[at + 1]?.state === 'done') at += 1;
    ranges.push(from === at ? String(at) : `${from}-${at}`);
    if (ranges.join(',').length > LONGEST) {
      ranges.pop();
      break;
    }
  }
  return ranges.join(',');
};

/** The rows that are known, with those in their places that were told anew, in their order. */
export const joined = <T extends Row>(known: readonly T[], told: readonly T[]): readonly T[] => {
  const left = new Set<number>();
  for (const range of placesDone(known).split(',')) {
    const [from = '', to = from] = range.split('-');
    for (let at = Number(from); at <= Number(to); at += 1) left.add(at);
  }
  const rest = [...told];
  return known.map((row, at) => (left.has(at) ? row : (rest.shift() ?? row)));
};
