/** That a step has a breakpoint: a sign of its own shape. What it stands in says so in its name (naming.ts). */

import { useTranslation } from 'react-i18next';

export const BreakMark = ({ there }: { readonly there: boolean }) => {
  const { t } = useTranslation();
  if (!there) return null;
  return (
    <span style={{ color: 'var(--hg-failed)', fontWeight: 700, width: 16 }} title={t('held.breakpoint')} data-break>
      <span aria-hidden>◉</span>
    </span>
  );
};
