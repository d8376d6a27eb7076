/** Where the progress of the first flow is kept: in this browser, until it is done or put away. */

import { HINTS, type Progress } from './progress.ts';

const KEY = 'headgate.hints';

const read = (): Progress | null => {
  try {
    const found = JSON.parse(localStorage.getItem(KEY) ?? 'null') as Partial<Progress> | null;
    if (found === null || typeof found.flow !== 'string' || !Array.isArray(found.done)) return null;
    return {
      flow: found.flow,
      done: HINTS.filter((hint) => found.done?.includes(hint)),
      before: typeof found.before === 'string' ? found.before : null,
    };
  } catch {
    return null;
  }
};

export const keptHints = {
  /** Of this flow; `begin`: it is the first flow, and hints begin with it. Null: there are none for it. */
  of: (flow: string, begin: boolean): Progress | null => {
    const found = read();
    if (found?.flow === flow) return found;
    if (!begin) return null;
    const made: Progress = { flow, done: [], before: null };
    keptHints.keep(made);
    return made;
  },
  keep: (progress: Progress): void => localStorage.setItem(KEY, JSON.stringify(progress)),
  putAway: (): void => localStorage.removeItem(KEY),
} as const;
