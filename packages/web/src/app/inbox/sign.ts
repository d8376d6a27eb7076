/** How a question stands: a sign and a colour beside the word. */

import type { Sign } from '../ui/signed.tsx';
import type { Ask } from './asks.ts';

export const ASK_SIGN: Readonly<Record<Ask['state'], Sign>> = {
  open: ['○', 'var(--hg-waiting)'],
  answered: ['✓', 'var(--hg-done)'],
  late: ['◔', 'var(--hg-failed)'],
  gone: ['–', 'var(--hg-quiet)'],
};
