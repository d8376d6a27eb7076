/** Flows that were deleted: to be had back, or removed for good. */

import { Anchor, Button, Group, Skeleton, Stack } from '@mantine/core';
import { DELETED_FLOW_DAYS as days } from '@headgate/core';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useOff } from '../access/may.ts';
import { useEngine } from '../engine.tsx';
import { FailureView } from '../problem/problem-view.tsx';
import { tell } from '../problem/tell.ts';
import type { Answer } from '../transport/client.ts';
import { ConfirmName } from '../ui/confirm-name.tsx';
import { Empty } from '../ui/empty.tsx';
import { notify } from '../ui/notices.tsx';
import { Page } from '../ui/page.tsx';
import { RowAct } from '../ui/row-act.tsx';
import { Cell, Row, Table } from '../ui/table.tsx';
import { When } from '../ui/when.tsx';

type Deleted = Answer<'listDeletedFlows'>['flows'][number];

export const DeletedPage = () => {
  const { t } = useTranslation();
  const engine = useEngine();
  const queries = useQueryClient();
  const off = useOff('flow.write');
  const [leaving, leave] = useState<Deleted | null>(null);
  const list = useInfiniteQuery({
    queryKey: ['flows', 'deleted'],
    queryFn: ({ pageParam, signal }) =>
      engine.call('listDeletedFlows', { query: pageParam === '' ? {} : { cursor: pageParam } }, signal),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
  });
  const renew = (): Promise<void> => queries.invalidateQueries({ queryKey: ['flows'] });
  const restore = useMutation({
    mutationFn: ({ id }: Deleted) => engine.call('restoreFlow', { params: { id }, body: {} }),
    onSuccess: (_, { name }) => {
      notify({ text: t('flowActs.restored', { name }) });
      return renew();
    },
    onError: tell,
  });
  const remove = useMutation({
    mutationFn: ({ id }: Deleted) => engine.call('removeFlow', { params: { id } }),
    onSuccess: async () => {
      leave(null);
      await renew();
    },
    onError: tell,
  });
  const rows = (list.data?.pages ?? []).flatMap(({ flows }) => flows);
  return (
    <Stack p="md" maw={1100} mx="auto">
      <Page
        title={t('flowActs.title')}
        lead={t('flowActs.lead', { days })}
        acts={
          <Anchor component={Link} to="/flows" size="sm">
            {t('flowActs.all')}
          </Anchor>
        }
      >
        {list.error !== null && <FailureView error={list.error} again={() => void list.refetch()} />}
        {list.isPending && <Skeleton h={120} />}
        {list.data !== undefined && rows.length === 0 && <Empty text={t('flowActs.none', { days })} />}
        {rows.length > 0 && (
          <Table
            label={t('flowActs.title')}
            heads={[t('flows.name'), t('flowActs.when'), t('flowActs.until'), { acts: t('flowActs.acts') }]}
          >
            {rows.map((row) => (
              <Row key={row.id}>
                <Cell>{row.name}</Cell>
                <Cell>
                  <When iso={row.deleted} />
                </Cell>
                <Cell>
                  <When iso={row.until} />
                </Cell>
                <Cell>
                  <Group gap="xs" justify="end" wrap="nowrap">
                    <RowAct
                      of={t('flowActs.restoreOf', { name: row.name })}
                      off={off}
                      disabled={restore.isPending}
                      run={() => restore.mutate(row)}
                    >
                      {t('flowActs.restore')}
                    </RowAct>
                    <RowAct of={t('flowActs.removeOf', { name: row.name })} off={off} run={() => leave(row)}>
                      {t('flowActs.remove')}
                    </RowAct>
                  </Group>
                </Cell>
              </Row>
            ))}
          </Table>
        )}
        {list.hasNextPage && (
          <Button variant="default" onClick={() => void list.fetchNextPage()}>
            {t('common.more')}
          </Button>
        )}
      </Page>
      <ConfirmName
        opened={leaving !== null}
        close={() => leave(null)}
        title={t('flowActs.removeTitle', { name: leaving?.name ?? '' })}
        name={leaving?.name ?? ''}
        text={t('flowActs.removeText')}
        act={t('flowActs.remove')}
        busy={remove.isPending}
        run={() => leaving !== null && remove.mutate(leaving)}
      />
    </Stack>
  );
};
