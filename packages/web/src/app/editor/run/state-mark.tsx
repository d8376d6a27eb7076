/** The state of a step in a run: a sign, a colour, and a word for who sees neither. */

import { useTranslation } from 'react-i18next';
import type { StepState } from './fold.ts';

const SIGN: Readonly<Record<StepState, readonly [sign: string, color: string]>> = {
  queued: ['○', 'var(--hg-quiet)'],
  waiting: ['◔', 'var(--hg-waiting)'],
  held: ['‖', 'var(--hg-waiting)'],
  running: ['◐', 'var(--hg-running)'],
  done: ['✓', 'var(--hg-done)'],
  failed: ['✕', 'var(--hg-failed)'],
  skipped: ['–', 'var(--hg-quiet)'],
};

/** `mute`: what it stands in has a name that says the state already. */
export const StateMark = ({ state, mute = false }: { readonly state: StepState | null; readonly mute?: boolean }) => {
  const { t } = useTranslation();
  if (state === null) return null;
  const [sign, color] = SIGN[state];
  return (
    <span style={{ color, fontWeight: 700, width: 16 }} data-state={state}>
      <span aria-hidden>{sign}</span>
      {!mute && <span className="hg-hidden">{t(`editor.state.${state}`)}</span>}
    </span>
  );
};
