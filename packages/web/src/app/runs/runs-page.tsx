/** Runs: the list with its filters, and what can be done to several at once. */

import { Button, Group, SegmentedControl, Skeleton, Stack, Text } from '@mantine/core';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useEngine } from '../engine.tsx';
import { FailureView } from '../problem/problem-view.tsx';
import { runsRoute } from '../router/router.tsx';
import { Refusal } from '../transport/client.ts';
import { notify } from '../ui/notices.tsx';
import { PageTitle } from '../ui/page-title.tsx';
import { Failures } from './failures.tsx';
import { Filters } from './filters.tsx';
import { FoundRuns } from './found-runs.tsx';
import { Queue } from './queue.tsx';
import { RunTable } from './run-table.tsx';
import { queryOf, RUN_VIEWS, type RunsSearch } from './search.ts';

const FRESH = 5_000;
/** Of a text that is looked for. */
const SHORTEST = 2;
/** So many are asked for together. */
const AT_ONCE = 4;

export const RunsPage = () => {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const search = runsRoute.useSearch();
  const sought = search.text?.trim() ?? '';
  const set = (part: RunsSearch): void => void navigate({ to: '/runs', search: { ...search, ...part }, replace: true });
  return (
    <Stack p="md" gap="sm">
      <PageTitle text={t('runs.title')} />
      <Text c="dimmed" size="sm">
        {t('runs.lead')}
      </Text>
      <SegmentedControl
        size="xs"
        aria-label={t('runs.views')}
        value={search.shown ?? 'list'}
        onChange={(value) => set({ shown: RUN_VIEWS.find((one) => one === value && one !== 'list') })}
        data={RUN_VIEWS.map((one) => ({ value: one, label: t(`runs.view.${one}`) }))}
        style={{ alignSelf: 'start' }}
      />
      {search.shown !== 'queue' && <Filters search={search} set={set} />}
      {search.shown === 'problems' && <Failures search={search} />}
      {search.shown === 'queue' && <Queue />}
      {search.shown !== 'problems' &&
        search.shown !== 'queue' &&
        (sought.length >= SHORTEST ? (
          <FoundRuns key={sought} search={search} text={sought} />
        ) : (
          <List search={search} />
        ))}
    </Stack>
  );
};

/** The list itself, and what is done to what is chosen in it. */
const List = ({ search }: { readonly search: RunsSearch }) => {
  const { t } = useTranslation();
  const engine = useEngine();
  const queries = useQueryClient();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const query = queryOf(search);
  const list = useInfiniteQuery({
    queryKey: ['runs', query],
    queryFn: ({ pageParam, signal }) =>
      engine.call(
        'listRuns',
        { query: { ...query, limit: '100', ...(pageParam === '' ? {} : { cursor: pageParam }) } },
        signal,
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
    // Only while the newest are looked at: older pages do not change much, and are many.
    refetchInterval: ({ state }) => ((state.data?.pages.length ?? 0) <= 1 ? FRESH : false),
  });
  const rows = (list.data?.pages ?? []).flatMap(({ runs }) => runs);

  const navigate = useNavigate();
  const each = useMutation({
    mutationFn: async (act: (id: string) => Promise<unknown>) => {
      const todo = [...chosen];
      let done = 0;
      const work = async (): Promise<void> => {
        for (let id = todo.pop(); id !== undefined; id = todo.pop()) {
          try {
            await act(id);
            done += 1;
          } catch (error) {
            if (!(error instanceof Refusal)) throw error;
            notify({ problem: error.problem });
          }
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, work));
      return done;
    },
    onSuccess: async (count) => {
      setChosen(new Set());
      notify({ text: t('runs.asked', { count }) });
      await queries.invalidateQueries({ queryKey: ['runs'] });
    },
    onError: () => notify({ text: t('common.unreached.title') }),
  });
  const again = (body: { failed?: true }) => () =>
    each.mutate((id) => engine.call('rerunRun', { params: { id }, body }));

  return (
    <Stack gap="sm">
      {chosen.size > 0 && (
        <Group gap="xs">
          <Text size="sm">{t('runs.chosen', { count: chosen.size })}</Text>
          <Button
            size="compact-sm"
            variant="default"
            loading={each.isPending}
            onClick={() => each.mutate((id) => engine.call('cancelRun', { params: { id }, body: {} }))}
          >
            {t('runs.cancel')}
          </Button>
          <Button size="compact-sm" variant="default" loading={each.isPending} onClick={again({})}>
            {t('runs.again')}
          </Button>
          <Button size="compact-sm" variant="default" loading={each.isPending} onClick={again({ failed: true })}>
            {t('runs.againFailed')}
          </Button>
          <Button
            size="compact-sm"
            variant="default"
            disabled={chosen.size !== 2}
            title={chosen.size === 2 ? undefined : t('compare.twoOff')}
            onClick={() => {
              // Ids begin with the time: the older one stands on the left.
              const [left = '', right = ''] = [...chosen].toSorted();
              void navigate({ to: '/runs/$run', params: { run: left }, search: { with: right } });
            }}
          >
            {t('compare.two')}
          </Button>
        </Group>
      )}
      {list.error !== null && <FailureView error={list.error} again={() => void list.refetch()} />}
      {list.isPending && (
        <Stack gap={4} aria-hidden>
          {Array.from({ length: 8 }, (_, n) => (
            <Skeleton key={n} h={32} />
          ))}
        </Stack>
      )}
      {list.data !== undefined && rows.length === 0 && (
        <Text>{t(Object.keys(query).length === 0 ? 'runs.empty' : 'runs.none')}</Text>
      )}
      {rows.length > 0 && (
        <RunTable
          rows={rows}
          chosen={chosen}
          choose={(id) =>
            setChosen((was) => new Set(was.has(id) ? [...was].filter((one) => one !== id) : [...was, id]))
          }
          more={list.hasNextPage && !list.isFetchingNextPage ? () => void list.fetchNextPage() : undefined}
        />
      )}
      {rows.length === 0 && list.hasNextPage && (
        <Button variant="default" onClick={() => void list.fetchNextPage()}>
          {t('runs.more')}
        </Button>
      )}
    </Stack>
  );
};
