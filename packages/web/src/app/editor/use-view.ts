/** Whether a flow is shown as canvas or as outline: as the address says, else by the room there is. */

import { useEffect, useState } from 'react';

/** Below this width the outline is the view: a canvas needs room. */
const NARROW = '(max-width: 720px)';

export type View = 'canvas' | 'outline';

export const useView = (asked: View | undefined): View => {
  const [narrow, setNarrow] = useState(() => matchMedia(NARROW).matches);
  useEffect(() => {
    const query = matchMedia(NARROW);
    const look = (): void => setNarrow(query.matches);
    query.addEventListener('change', look);
    return () => query.removeEventListener('change', look);
  }, []);
  return asked ?? (narrow ? 'outline' : 'canvas');
};
