import { Anchor, Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { PageTitle } from '../ui/page-title.tsx';

export const NotFound = () => {
  const { t } = useTranslation();
  return (
    <Stack p="md">
      <PageTitle text={t('common.notFound.title')} />
      <Text>{t('common.notFound.text')}</Text>
      <Anchor component={Link} to="/flows">
        {t('common.notFound.back')}
      </Anchor>
    </Stack>
  );
};
