/** A function that stays the same object while what it does is the latest: for whoever compares what it is given. */

import { useCallback, useRef } from 'react';

export const useStable = <A extends readonly unknown[], R>(act: (...given: A) => R): ((...given: A) => R) => {
  const latest = useRef(act);
  latest.current = act;
  return useCallback((...given: A) => latest.current(...given), []);
};
