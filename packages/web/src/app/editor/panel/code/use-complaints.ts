/** What TypeScript says of a text, soon after the last key. */

import { useEffect, useState } from 'react';
import type { Complaint, Source } from './types/language.ts';
import { ask } from './types/thread.ts';

const PAUSE = 250;
const NONE: readonly Complaint[] = [];

/** `off`: the thread did not answer. */
export type Complaints = { readonly found: readonly Complaint[]; readonly state: 'asking' | 'told' | 'off' };

/** `source` null: not checked by types. What was said of an older text stands until the newer is judged. */
export const useComplaints = (source: Source | null): Complaints => {
  const [told, setTold] = useState<Complaints>({ found: NONE, state: 'asking' });
  const { text, language, declarations } = source ?? {};
  useEffect(() => {
    if (text === undefined || language === undefined || declarations === undefined) {
      setTold({ found: NONE, state: 'asking' });
      return;
    }
    let gone = false;
    const timer = setTimeout(() => {
      ask({ text, language, declarations }, { ask: 'complaints' }).then(
        (found) => gone || setTold({ found, state: 'told' }),
        () => gone || setTold({ found: NONE, state: 'off' }),
      );
    }, PAUSE);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [text, language, declarations]);
  return told;
};
