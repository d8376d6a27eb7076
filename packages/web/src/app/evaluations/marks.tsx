/** What became of an evaluation, of a row of it, and of a row between two of them: a sign, a colour and a word. */

import type { Against, EvaluationState } from '@headgate/core';
import { useTranslation } from 'react-i18next';
import { type Sign, Signed } from '../ui/signed.tsx';

const STATE: Readonly<Record<EvaluationState, Sign>> = {
  running: ['◐', 'var(--hg-running)'],
  done: ['✓', 'var(--hg-done)'],
  stopped: ['–', 'var(--hg-quiet)'],
  incomplete: ['!', 'var(--hg-failed)'],
};

export const EvaluationMark = ({ state }: { readonly state: EvaluationState }) => {
  const { t } = useTranslation();
  return <Signed by={STATE[state]} text={t(`evaluations.states.${state}`)} />;
};

/** Of a row, or of one of its scores. Null: nothing looked at it. */
export const PassMark = ({ passed }: { readonly passed: boolean | null }) => {
  const { t } = useTranslation();
  if (passed === null) return <Signed by={['–', 'var(--hg-quiet)']} text={t('evaluations.result.unjudged')} />;
  return passed ? (
    <Signed by={['✓', 'var(--hg-done)']} text={t('evaluations.result.passed')} />
  ) : (
    <Signed by={['✕', 'var(--hg-failed)']} text={t('evaluations.result.failed')} />
  );
};

export const VERDICTS = ['worse', 'better', 'changed', 'new', 'gone', 'open', 'same'] as const satisfies Against[];

const VERDICT: Readonly<Record<Against, Sign>> = {
  better: ['▲', 'var(--hg-done)'],
  worse: ['▼', 'var(--hg-failed)'],
  same: ['=', 'var(--hg-quiet)'],
  changed: ['≠', 'var(--hg-waiting)'],
  new: ['+', 'var(--hg-quiet)'],
  gone: ['–', 'var(--hg-quiet)'],
  open: ['◔', 'var(--hg-waiting)'],
};

export const VerdictMark = ({ verdict }: { readonly verdict: Against }) => {
  const { t } = useTranslation();
  return <Signed by={VERDICT[verdict]} text={t(`evaluations.verdicts.${verdict}`)} />;
};
