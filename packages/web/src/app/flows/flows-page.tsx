/** All flows that the person sees. */

import { Anchor, Badge, Button, Group, Skeleton, Stack, Table, Text, TextInput } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAction } from '../actions/use-action.ts';
import { useEngine } from '../engine.tsx';
import { FailureView } from '../problem/problem-view.tsx';
import { PageTitle } from '../ui/page-title.tsx';
import { When } from '../ui/when.tsx';

export const FlowsPage = () => {
  const { t } = useTranslation();
  const engine = useEngine();
  const navigate = useNavigate();
  const [search, setSearch] = useState('');
  const list = useInfiniteQuery({
    queryKey: ['flows'],
    queryFn: ({ pageParam, signal }) =>
      engine.call('listFlows', { query: { limit: '100', ...(pageParam === '' ? {} : { cursor: pageParam }) } }, signal),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
  });
  useAction('newFlow', () => void navigate({ to: '/flows/new' }));
  const rows = (list.data?.pages ?? [])
    .flatMap(({ flows }) => flows)
    .filter(({ name }) => name.toLowerCase().includes(search.toLowerCase()));

  return (
    <Stack p="md" maw={1100} mx="auto">
      <Group justify="space-between">
        <PageTitle text={t('flows.title')} />
        <Button component={Link} to="/flows/new">
          {t('flows.create')}
        </Button>
      </Group>
      <Text c="dimmed">{t('flows.lead')}</Text>
      {list.error !== null && <FailureView error={list.error} again={() => void list.refetch()} />}
      <TextInput
        aria-label={t('flows.filter')}
        placeholder={t('flows.filter')}
        value={search}
        onChange={(event) => setSearch(event.currentTarget.value)}
      />
      {list.isPending ? (
        <Stack gap="xs" aria-hidden>
          {[1, 2, 3].map((n) => (
            <Skeleton key={n} h={36} />
          ))}
        </Stack>
      ) : (
        <Table highlightOnHover>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{t('flows.name')}</Table.Th>
              <Table.Th>{t('flows.status')}</Table.Th>
              <Table.Th>{t('flows.changed')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.map((row) => (
              <Table.Tr key={row.id}>
                <Table.Td>
                  <Anchor component={Link} to={`/flows/${row.id}`}>
                    {row.name}
                  </Anchor>
                </Table.Td>
                <Table.Td>
                  <Group gap="xs">
                    <span>
                      {row.version === null ? t('flows.draftOnly') : t('flows.version', { version: row.version })}
                    </span>
                    {!row.enabled && (
                      <Badge color="gray" variant="outline">
                        {t('flows.off')}
                      </Badge>
                    )}
                    <Badge variant="default">{t(`flows.visibility.${row.visibility}`)}</Badge>
                  </Group>
                </Table.Td>
                <Table.Td>
                  <When iso={row.updated} />
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      {!list.isPending && rows.length === 0 && (
        <Text>{search === '' ? t('flows.empty') : t('common.nothingFound')}</Text>
      )}
      {list.hasNextPage && (
        <Button variant="default" onClick={() => void list.fetchNextPage()}>
          {t('common.more')}
        </Button>
      )}
    </Stack>
  );
};
