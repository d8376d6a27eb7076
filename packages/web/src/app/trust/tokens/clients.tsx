/** Applications that are registered here: people may let them act for them. Removing one ends all it was let do. */

import { Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Who } from '../../access/who.tsx';
import { useEngine } from '../../engine.tsx';
import { Loaded } from '../../problem/loaded.tsx';
import { FailureView } from '../../problem/problem-view.tsx';
import type { Answer } from '../../transport/client.ts';
import { ConfirmName } from '../../ui/confirm-name.tsx';
import { Section } from '../../ui/section.tsx';
import { Cell, Row, Table } from '../../ui/table.tsx';
import { When } from '../../ui/when.tsx';
import { RowAct } from '../../ui/row-act.tsx';

const EXAMPLE = 'https://app.example.com/callback';

type Client = Answer<'listClients'>['clients'][number];

export const Clients = ({ off }: { readonly off: string | undefined }) => {
  const { t } = useTranslation();
  const engine = useEngine();
  const queries = useQueryClient();
  const [name, setName] = useState('');
  const [redirects, setRedirects] = useState('');
  const [deleting, setDeleting] = useState<Client | null>(null);
  const refresh = (): Promise<void> => queries.invalidateQueries({ queryKey: ['clients'] });
  const list = useQuery({ queryKey: ['clients'], queryFn: ({ signal }) => engine.call('listClients', {}, signal) });
  const create = useMutation({
    mutationFn: () =>
      engine.call('createClient', {
        body: { name: name.trim(), redirects: redirects.split(/\s+/).filter((one) => one !== '') },
      }),
    onSuccess: async () => {
      setName('');
      setRedirects('');
      await refresh();
    },
  });
  const remove = useMutation({
    mutationFn: ({ id }: Client) => engine.call('deleteClient', { params: { id } }),
    onSuccess: async () => {
      setDeleting(null);
      await refresh();
    },
  });
  return (
    <Section title={t('oversight.clients.title')} lead={t('oversight.clients.lead')}>
      <Loaded query={list}>
        {({ clients }) =>
          clients.length === 0 ? (
            <Text size="sm">{t('oversight.clients.none')}</Text>
          ) : (
            <Table
              label={t('oversight.clients.title')}
              heads={[
                t('trust.keys.name'),
                t('oversight.clients.redirects'),
                t('oversight.map.by'),
                { acts: t('common.acts') },
              ]}
            >
              {clients.map((one) => (
                <Row key={one.id}>
                  <Cell>
                    <Text size="sm" fw={600}>
                      {one.name}
                    </Text>
                    <Text size="xs" c="var(--hg-quiet)">
                      {one.id}
                    </Text>
                  </Cell>
                  <Cell fz="xs" style={{ overflowWrap: 'anywhere' }}>
                    {one.redirects.join(' ')}
                  </Cell>
                  <Cell>
                    <Who id={one.by} />
                    <Text size="xs" c="var(--hg-quiet)">
                      <When iso={one.created} />
                    </Text>
                  </Cell>
                  <Cell ta="right">
                    <RowAct of={t('oversight.clients.deleteOf', { name: one.name })} run={() => setDeleting(one)}>
                      {t('oversight.clients.delete')}
                    </RowAct>
                  </Cell>
                </Row>
              ))}
            </Table>
          )
        }
      </Loaded>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate();
        }}
      >
        <Stack align="start" gap="xs">
          <Group align="end">
            <TextInput
              label={t('trust.keys.name')}
              value={name}
              disabled={off !== undefined}
              maxLength={200}
              onChange={({ currentTarget }) => setName(currentTarget.value)}
            />
            <TextInput
              label={t('oversight.clients.redirects')}
              placeholder={EXAMPLE}
              value={redirects}
              disabled={off !== undefined}
              onChange={({ currentTarget }) => setRedirects(currentTarget.value)}
              w={320}
            />
            <Button
              type="submit"
              variant="default"
              loading={create.isPending}
              disabled={off !== undefined || name.trim() === '' || redirects.trim() === ''}
              title={off}
            >
              {t('oversight.clients.create')}
            </Button>
          </Group>
          {create.error !== null && <FailureView error={create.error} />}
        </Stack>
      </form>
      <ConfirmName
        opened={deleting !== null}
        close={() => setDeleting(null)}
        title={t('oversight.clients.deleteOf', { name: deleting?.name ?? '' })}
        name={deleting?.name ?? ''}
        text={t('oversight.clients.deleteText')}
        act={t('oversight.clients.delete')}
        busy={remove.isPending}
        run={() => deleting !== null && remove.mutate(deleting)}
      >
        {remove.error !== null && <FailureView error={remove.error} />}
      </ConfirmName>
    </Section>
  );
};
