/** How far the documents of a base are, in words and, while some are read, as a bar. */

import { Group, Progress, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Answer } from '../transport/client.ts';

type Props = { readonly base: Pick<Answer<'listKnowledge'>['bases'][number], 'documents' | 'paused' | 'name'> };

export const BaseState = ({ base: { documents, paused, name } }: Props) => {
  const { t } = useTranslation();
  const { waiting, ready, failed } = documents;
  const all = waiting + ready + failed;
  const said = [
    waiting === 0
      ? t(all === 0 ? 'knowledge.isEmpty' : 'knowledge.isReady')
      : t(paused ? 'knowledge.isPaused' : 'knowledge.isReading', { count: waiting }),
    ...(failed === 0 ? [] : [t('knowledge.isFailed', { count: failed })]),
  ].join(' · ');
  return (
    <Group gap="xs" role="status">
      <Text size="sm">{said}</Text>
      {waiting > 0 && (
        <Progress
          value={all === 0 ? 0 : (100 * (ready + failed)) / all}
          w={120}
          aria-label={t('knowledge.progressOf', { name })}
        />
      )}
    </Group>
  );
};
