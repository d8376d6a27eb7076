/**
 * For a page that does not come from an engine: which engine to drive, and the token that proves who may. Both are kept by
 * the page that is open, and by nothing else: a reload asks again.
 */

import { Button, Container, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FailureView } from '../problem/problem-view.tsx';
import { type Client, clientOver } from '../transport/client.ts';
import { engineAt } from '../transport/http.ts';
import { PageTitle } from '../ui/page-title.tsx';

export const ConnectPage = ({ connected }: { readonly connected: (client: Client) => void }) => {
  const { t } = useTranslation();
  const [address, setAddress] = useState('');
  const [token, setToken] = useState('');
  const unfit = address !== '' && !URL.canParse(address) ? t('connect.unfit') : undefined;
  const connect = useMutation({
    mutationFn: async () => {
      const client = clientOver(engineAt(new URL(address).origin, () => token));
      // The first call shows whether the engine is there, and knows the token.
      await client.call('listSteps', {});
      return client;
    },
    onSuccess: connected,
  });
  return (
    <Container size="xs" py="xl" component="main">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          connect.mutate();
        }}
      >
        <Stack>
          <PageTitle text={t('connect.title')} />
          <Text c="dimmed">{t('connect.lead')}</Text>
          <TextInput
            label={t('connect.address')}
            placeholder={t('connect.example')}
            required
            value={address}
            error={unfit}
            onChange={(event) => setAddress(event.currentTarget.value)}
          />
          <PasswordInput
            label={t('connect.token')}
            description={t('connect.tokenHelp')}
            required
            autoComplete="off"
            value={token}
            onChange={(event) => setToken(event.currentTarget.value.trim())}
          />
          {connect.error !== null && <FailureView error={connect.error} />}
          <Button type="submit" loading={connect.isPending}>
            {t('connect.act')}
          </Button>
        </Stack>
      </form>
    </Container>
  );
};
