/** A list that grows at its end, kept at its end while that is looked at: who scrolled back reads on in peace. */

import { type RefObject, useCallback, useEffect, useRef } from 'react';

/** Pixels from the end that still count as the end. */
const NEAR = 48;

type End = {
  readonly log: RefObject<HTMLDivElement | null>;
  /** What grows within it. */
  readonly said: RefObject<HTMLDivElement | null>;
  readonly onScroll: () => void;
};

export const useEnd = (): End => {
  const log = useRef<HTMLDivElement>(null);
  const said = useRef<HTMLDivElement>(null);
  const isEnd = useRef(true);
  const before = useRef(0);
  useEffect(() => {
    const inner = said.current;
    if (inner === null) return undefined;
    const grown = new ResizeObserver(() => {
      if (isEnd.current && log.current !== null) log.current.scrollTop = log.current.scrollHeight;
    });
    grown.observe(inner);
    return () => grown.disconnect();
  }, []);
  const onScroll = useCallback(() => {
    if (log.current === null) return;
    const { scrollTop, scrollHeight, clientHeight } = log.current;
    // What grew since it was put at its end is no scrolling back: that goes up.
    if (scrollHeight - scrollTop - clientHeight < NEAR) isEnd.current = true;
    else if (scrollTop < before.current) isEnd.current = false;
    before.current = scrollTop;
  }, []);
  return { log, said, onScroll };
};
