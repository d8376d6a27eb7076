/** The state of a run: a sign, a colour and a word. */

import type { RunState } from '@headgate/core';
import { useTranslation } from 'react-i18next';

const SIGN: Readonly<Record<RunState, readonly [sign: string, color: string]>> = {
  queued: ['○', 'var(--hg-quiet)'],
  waiting: ['◔', 'var(--hg-waiting)'],
  running: ['◐', 'var(--hg-running)'],
  done: ['✓', 'var(--hg-done)'],
  failed: ['✕', 'var(--hg-failed)'],
  cancelled: ['–', 'var(--hg-quiet)'],
  in_doubt: ['?', 'var(--hg-failed)'],
};

export const RunMark = ({ state }: { readonly state: RunState }) => {
  const { t } = useTranslation();
  const [sign, color] = SIGN[state];
  return (
    <span style={{ color, fontWeight: 600, whiteSpace: 'nowrap' }}>
      <span aria-hidden style={{ display: 'inline-block', width: 16 }}>
        {sign}
      </span>
      {t(`runs.states.${state}`)}
    </span>
  );
};
