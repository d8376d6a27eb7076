/**
 * Escape for a drawer that may have dialogs over it: one press closes the topmost alone.
 *
 * ES1 It listens from when it is opened and never anew, so that it hears the key before any dialog that was opened later, while that
 *     one still stands in the page.
 */

import { useEffect, useRef } from 'react';

/** Dialogs that keep the rest of the page from being used. */
const MODAL = '[role="dialog"][aria-modal="true"]';

export const useEscape = (close: () => void): void => {
  const latest = useRef(close);
  latest.current = close;
  useEffect(() => {
    const heard = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape' || event.isComposing) return;
      // A list that is open in a field of the drawer is closed by the field itself.
      const { target } = event;
      if (target instanceof Element && target.getAttribute('data-mantine-stop-propagation') === 'true') return;
      if (document.querySelectorAll(MODAL).length > 1) return;
      latest.current();
    };
    window.addEventListener('keydown', heard, { capture: true });
    return () => window.removeEventListener('keydown', heard, { capture: true });
  }, []);
};
