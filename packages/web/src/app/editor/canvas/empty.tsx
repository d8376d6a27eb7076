/** A flow that has nothing in it yet: what a step is, and the one act. */

import { Button, Stack, Text, Title } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import classes from './canvas.module.css';

export const Empty = ({ add }: { readonly add: () => void }) => {
  const { t } = useTranslation();
  return (
    <div className={classes.empty}>
      <Stack gap="sm" align="center" className={classes.emptyBox}>
        <Title order={2} size="h4">
          {t('graph.emptyTitle')}
        </Title>
        <Text size="sm" c="dimmed">
          {t('graph.emptyText')}
        </Text>
        <Button onClick={add}>{t('editor.add')}</Button>
      </Stack>
    </div>
  );
};
