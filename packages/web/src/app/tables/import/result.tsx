/** What an import did, to the row: how many are there now, where it ended and why, and the way back. */

import { Button, Group, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { ProblemView } from '../../problem/problem-view.tsx';
import type { Sent } from './send.ts';

export const Result = ({ sent, back }: { readonly sent: Sent; readonly back: () => void }) => {
  const { t, i18n } = useTranslation();
  const number = new Intl.NumberFormat(i18n.language);
  const { added, changed, left, ended } = sent;
  return (
    <Stack gap="xs">
      <Text role="status">
        {t('tables.import.done', {
          added: number.format(added),
          changed: number.format(changed),
          left: number.format(left),
        })}
      </Text>
      {ended !== null && (
        <>
          <Text size="sm">
            {t(
              ended.why === 'stopped'
                ? 'tables.import.stopped'
                : ended.why === 'unreached'
                  ? 'tables.import.unreached'
                  : 'tables.import.refused',
              { from: number.format(ended.from), to: number.format(ended.to) },
            )}
          </Text>
          {typeof ended.why !== 'string' && <ProblemView problem={ended.why} />}
          {changed > 0 && <Text size="sm">{t('tables.import.changedStay')}</Text>}
        </>
      )}
      {added > 0 && (
        <Group>
          <Button size="compact-sm" variant="default" onClick={back}>
            {t('tables.import.takeBack', { count: added, rows: number.format(added) })}
          </Button>
        </Group>
      )}
    </Stack>
  );
};
