/** A credential that is shown this one time. It stands in the page alone, never in an address or in what the browser keeps. */

import { Alert, Code, Group, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { CopyButton } from './copy-button.tsx';

export const ShownOnce = ({ title, value }: { readonly title: string; readonly value: string }) => {
  const { t } = useTranslation();
  return (
    <Alert color="teal" variant="outline" title={title} role="status">
      <Stack gap="xs">
        <Text size="sm">{t('common.shownOnce')}</Text>
        <Group gap="xs" wrap="nowrap" align="start">
          <Code style={{ overflowWrap: 'anywhere' }}>{value}</Code>
          <CopyButton value={value} />
        </Group>
      </Stack>
    </Alert>
  );
};
