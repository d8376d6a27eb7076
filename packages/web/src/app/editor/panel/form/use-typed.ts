/**
 * What is being typed into a field, until it is an edit of the flow: a word is one edit, and one undo. Nothing that was typed
 * is lost when the field is left, the panel closes, or the page goes.
 *
 * TY1 What is typed is an edit when a word ends, after a pause, and at once when the field or the page is left or the draft is run.
 */

import { useCallback, useEffect, useRef, useState } from 'react';
import { typed } from '../../draft/typing.ts';

const PAUSE = 600;

export type Typed = {
  readonly text: string;
  readonly change: (text: string) => void;
  /** Makes what was typed an edit now. */
  readonly flush: () => void;
  readonly dirty: boolean;
};

/** `commit`: false when the text is no value; then it stays as typed. */
export const useTyped = (given: string, commit: (text: string) => boolean): Typed => {
  const [local, setLocal] = useState<string | null>(null);
  const latest = useRef({ local: null as string | null, given, commit });
  latest.current.given = given;
  latest.current.commit = commit;
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);

  const flush = useCallback(() => {
    clearTimeout(timer.current);
    const { local: typed, given: was } = latest.current;
    if (typed === null) return;
    if (typed !== was && !latest.current.commit(typed)) return;
    latest.current.local = null;
    setLocal(null);
  }, []);

  const change = useCallback(
    (text: string) => {
      const before = latest.current.local ?? latest.current.given;
      const wordEnded = text.length > before.length && /\s$/.test(text) && /\S$/.test(before);
      latest.current.local = text;
      setLocal(text);
      clearTimeout(timer.current);
      timer.current = setTimeout(flush, wordEnded ? 0 : PAUSE);
    },
    [flush],
  );

  useEffect(() => {
    const hide = (): void => flush();
    const settled = typed(flush);
    window.addEventListener('pagehide', hide);
    document.addEventListener('visibilitychange', hide);
    return () => {
      window.removeEventListener('pagehide', hide);
      document.removeEventListener('visibilitychange', hide);
      settled();
      flush();
    };
  }, [flush]);

  return { text: local ?? given, change, flush, dirty: local !== null };
};
