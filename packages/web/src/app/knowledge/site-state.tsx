/** How far the reading of a site is: in words, and while it is under way as a bar. */

import { Progress, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Answer } from '../transport/client.ts';

type Reading = NonNullable<Answer<'getKnowledge'>['sources'][number]['reading']>;
type Props = { readonly reading: Reading; readonly url: string };

const SAID = ['read', 'same', 'skipped', 'gone', 'failed', 'waiting'] as const;

export const SiteState = ({ reading, url }: Props) => {
  const { t } = useTranslation();
  const said = SAID.filter((state) => reading[state] > 0);
  const all = SAID.reduce((sum, state) => sum + reading[state], 0);
  return (
    <Stack gap={4} role="status">
      <Text size="xs">
        {said.map((state) => t(`knowledge.site.counts.${state}`, { count: reading[state] })).join(' · ')}
      </Text>
      {reading.ended === null && all > 0 && (
        <Progress
          value={(100 * (all - reading.waiting)) / all}
          w={160}
          aria-label={t('knowledge.site.progressOf', { url })}
        />
      )}
    </Stack>
  );
};
