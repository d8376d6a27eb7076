/** Values by key: listed by how their keys begin, looked at, set and deleted. Until one is looked at, none is fetched. */

import { Button, Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { MAIN_KEYS } from '@headgate/core';
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useOff } from '../../access/may.ts';
import { useEngine } from '../../engine.tsx';
import { Loaded } from '../../problem/loaded.tsx';
import { FailureView } from '../../problem/problem-view.tsx';
import { tablesRoute } from '../../router/router.tsx';
import { useProject } from '../../trust/project-choice.tsx';
import { ConfirmName } from '../../ui/confirm-name.tsx';
import { Empty } from '../../ui/empty.tsx';
import { notify } from '../../ui/notices.tsx';
import { RowAct } from '../../ui/row-act.tsx';
import { Cell, Row, Table } from '../../ui/table.tsx';
import { When } from '../../ui/when.tsx';
import type { TablesSearch } from '../search.ts';
import { ValueForm } from './value-form.tsx';

export const Values = () => {
  const { t } = useTranslation();
  const engine = useEngine();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const project = useProject();
  const off = useOff('table.write');
  const search = tablesRoute.useSearch();
  const { store = MAIN_KEYS, prefix } = search;
  const [shown, setShown] = useState<string | null>(null);
  const [making, setMaking] = useState(false);
  const [deleting, setDeleting] = useState<string | null>(null);
  const set = (part: TablesSearch): void =>
    void navigate({ to: '/tables', search: { ...search, ...part }, replace: true });
  const stores = useQuery({
    queryKey: ['kv', project, 'stores'],
    queryFn: ({ signal }) => engine.call('listStores', { query: { project } }, signal),
  });
  const list = useInfiniteQuery({
    queryKey: ['kv', project, store, prefix ?? ''],
    queryFn: ({ pageParam, signal }) =>
      engine.call(
        'listKeyValues',
        {
          query: {
            ...{ project, store, limit: '200' },
            ...(prefix === undefined ? {} : { prefix }),
            ...(pageParam === '' ? {} : { cursor: pageParam }),
          },
        },
        signal,
      ),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next,
  });
  const remove = useMutation({
    mutationFn: (name: string) => engine.call('deleteKeyValue', { query: { project, store, name } }),
    onSuccess: async (_, name) => {
      setDeleting(null);
      notify({ text: t('tables.values.deleted', { name }) });
      await queries.invalidateQueries({ queryKey: ['kv', project] });
    },
  });
  const create = (
    <Button size="compact-sm" disabled={off !== undefined} title={off} onClick={() => setMaking(true)}>
      {t('tables.values.create')}
    </Button>
  );
  const names = [...new Set([MAIN_KEYS, store, ...(stores.data?.stores ?? [])])];
  return (
    <Stack gap="sm">
      <Text size="sm" c="var(--hg-quiet)" maw={680}>
        {t('tables.values.lead')}
      </Text>
      <Group gap="xs" align="end" component="search" aria-label={t('tables.values.find')}>
        <NativeSelect
          size="xs"
          label={t('tables.values.store')}
          value={store}
          data={names}
          onChange={({ currentTarget: { value } }) => set({ store: value === MAIN_KEYS ? undefined : value })}
        />
        <TextInput
          key={prefix ?? ''}
          size="xs"
          type="search"
          label={t('tables.values.prefix')}
          defaultValue={prefix ?? ''}
          onBlur={({ currentTarget: { value } }) => set({ prefix: value === '' ? undefined : value })}
          onKeyDown={({ key, currentTarget: { value } }) => {
            if (key === 'Enter') set({ prefix: value === '' ? undefined : value });
          }}
        />
        {create}
      </Group>
      <Loaded query={list}>
        {({ pages }) => {
          const keys = pages.flatMap((page) => page.keys);
          return keys.length === 0 ? (
            <Empty text={t(prefix === undefined ? 'tables.values.none' : 'common.nothingFound')} act={create} />
          ) : (
            <Table
              label={t('tables.values.title')}
              heads={[
                t('tables.values.key'),
                t('tables.changed'),
                t('tables.values.until'),
                { acts: t('common.acts') },
              ]}
            >
              {keys.map((one) => (
                <Row key={one.key}>
                  <Cell fw={600} style={{ overflowWrap: 'anywhere' }}>
                    {one.key}
                  </Cell>
                  <Cell>
                    <When iso={one.updated} />
                  </Cell>
                  <Cell>{one.expires === null ? t('tables.values.stays') : <When iso={one.expires} />}</Cell>
                  <Cell>
                    <Group gap={4} justify="end" wrap="nowrap">
                      <RowAct of={t('tables.values.showOf', { name: one.key })} run={() => setShown(one.key)}>
                        {t('tables.values.show')}
                      </RowAct>
                      <RowAct
                        of={t('tables.values.deleteOf', { name: one.key })}
                        off={off}
                        run={() => setDeleting(one.key)}
                      >
                        {t('common.delete')}
                      </RowAct>
                    </Group>
                  </Cell>
                </Row>
              ))}
            </Table>
          );
        }}
      </Loaded>
      {list.hasNextPage && (
        <Button
          variant="default"
          size="compact-sm"
          loading={list.isFetchingNextPage}
          onClick={() => void list.fetchNextPage()}
        >
          {t('common.more')}
        </Button>
      )}
      {making && <ValueForm project={project} store={store} name={null} off={off} close={() => setMaking(false)} />}
      {shown !== null && (
        <ValueForm project={project} store={store} name={shown} off={off} close={() => setShown(null)} />
      )}
      <ConfirmName
        opened={deleting !== null}
        close={() => setDeleting(null)}
        title={t('tables.values.deleteOf', { name: deleting ?? '' })}
        name={deleting ?? ''}
        text={t('tables.values.deleteText')}
        act={t('common.delete')}
        busy={remove.isPending}
        run={() => deleting !== null && remove.mutate(deleting)}
      >
        {remove.error !== null && <FailureView error={remove.error} />}
      </ConfirmName>
    </Stack>
  );
};
