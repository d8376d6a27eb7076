/** What came into a step or out of it in the run that is looked at. */

import { Code, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { ProblemView } from '../../../problem/problem-view.tsx';
import { useWatched } from '../../editor-context.ts';

export const DataPane = ({ step, side }: { readonly step: string; readonly side: 'in' | 'out' }) => {
  const { t } = useTranslation();
  const { fold } = useWatched();
  const { problem = null, out = null } = fold.steps.get(step) ?? {};
  if (side === 'in') return <Text size="sm">{t('panel.data.noRun')}</Text>;
  return (
    <>
      {problem !== null && <ProblemView problem={problem} />}
      {out === null ? (
        <Text size="sm">{t('panel.data.noRun')}</Text>
      ) : (
        <Code block>{JSON.stringify('value' in out ? out.value : out, null, 2)}</Code>
      )}
    </>
  );
};
