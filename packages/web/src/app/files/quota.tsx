/** How much of what the workspace may store is used: a bar, and the same in words. */

import { Group, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useWorkspaces } from '../access/may.ts';
import { useEngine } from '../engine.tsx';
import { sizeText } from './size.ts';

export const Quota = () => {
  const { t, i18n } = useTranslation();
  const engine = useEngine();
  const { data } = useWorkspaces();
  const id = (data?.workspaces.find(({ chosen }) => chosen) ?? data?.workspaces[0])?.id;
  const usage = useQuery({
    queryKey: ['usage', id],
    queryFn: ({ signal }) => engine.call('getUsage', { params: { id: id ?? '' } }, signal),
    enabled: id !== undefined,
  });
  if (usage.data === undefined) return null;
  const { bytes, quota } = usage.data;
  const used = sizeText(bytes, i18n.language);
  const most = quota.bytes;
  return (
    <Group gap="xs">
      {most !== undefined && (
        <meter aria-label={t('files.quota.label')} min={0} max={Math.max(1, most)} high={0.8 * most} value={bytes} />
      )}
      <Text size="sm" c="var(--hg-quiet)">
        {most === undefined
          ? t('files.quota.free', { used })
          : t('files.quota.of', {
              used,
              most: sizeText(most, i18n.language),
              left: sizeText(Math.max(0, most - bytes), i18n.language),
            })}
      </Text>
    </Group>
  );
};
