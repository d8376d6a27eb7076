/**
 * In the place of a page that could not be shown: a part of it could not be fetched (the engine is away, or was replaced by another
 * release), or it made a mistake. What to do is the same, and what was typed into a flow is kept.
 */

import { Button, Code, Group, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { PageTitle } from '../ui/page-title.tsx';

export const Broken = ({ error }: { readonly error: unknown }) => {
  const { t } = useTranslation();
  return (
    <Stack p="md" role="alert">
      <PageTitle text={t('common.broken.title')} />
      <Text>{t('common.broken.text')}</Text>
      <Group>
        <Button onClick={() => location.reload()}>{t('common.broken.reload')}</Button>
      </Group>
      <Code block>{error instanceof Error ? error.message : String(error)}</Code>
    </Stack>
  );
};
