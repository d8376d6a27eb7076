/** The state of a run: a sign, a colour and a word. */

import type { RunState } from '@headgate/core';
import { useTranslation } from 'react-i18next';
import { type Sign, Signed } from '../ui/signed.tsx';

const SIGN: Readonly<Record<RunState, Sign>> = {
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
  return <Signed by={SIGN[state]} text={t(`runs.states.${state}`)} />;
};
