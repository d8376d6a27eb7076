/**
 * Runs by a text in their data, newest first: as far as was looked, how far that is, and on to older ones. It goes on by
 * itself for a while, since a text that is nowhere is in no page of what the engine answers.
 */

import { Anchor, Button, Group, Stack, Text } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useEngine } from '../engine.tsx';
import { FailureView } from '../problem/problem-view.tsx';
import { paths } from '../router/paths.ts';
import type { Answer } from '../transport/client.ts';
import { When } from '../ui/when.tsx';
import { RunMark } from './run-mark.tsx';
import classes from './runs-page.module.css';
import { queryOf, type RunsSearch } from './search.ts';

/** Found so many, or looked through so many runs: from then on somebody asks. */
const ENOUGH = { found: 20, looked: 10_000 };

type One = Answer<'searchRuns'>['runs'][number];
type Place = One['found'][number];

export const FoundRuns = ({ search, text }: { readonly search: RunsSearch; readonly text: string }) => {
  const { t } = useTranslation();
  const engine = useEngine();
  const query = queryOf(search);
  const list = useInfiniteQuery({
    queryKey: ['runs', 'search', text, query],
    queryFn: ({ pageParam, signal }) =>
      engine.call(
        'searchRuns',
        { query: { ...query, text, ...(pageParam === '' ? {} : { cursor: pageParam }) } },
        signal,
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next,
    staleTime: 30_000,
  });
  const pages = list.data?.pages ?? [];
  const found = pages.flatMap(({ runs }) => runs);
  const looked = pages.reduce((sum, page) => sum + page.looked, 0);
  const partly = pages.reduce((sum, page) => sum + page.partly, 0);
  const goesOn =
    list.hasNextPage &&
    !list.isFetching &&
    found.length < ENOUGH.found &&
    looked < ENOUGH.looked &&
    list.error === null;
  const { fetchNextPage } = list;
  useEffect(() => {
    if (goesOn) void fetchNextPage();
  }, [goesOn, fetchNextPage]);
  const busy = list.isFetching || goesOn;
  return (
    <Stack gap="sm">
      <Group gap="sm">
        <Text size="sm" role="status" className="hg-number">
          {busy
            ? t('runs.searching', { count: looked })
            : t(list.hasNextPage ? 'runs.searched' : 'runs.searchedAll', { count: looked })}{' '}
          {t('runs.foundRuns', { count: found.length })}
          {partly > 0 && ` ${t('runs.searchedPartly', { count: partly })}`}
        </Text>
        {list.hasNextPage && !busy && (
          <Button size="compact-sm" variant="default" onClick={() => void fetchNextPage()}>
            {t('runs.searchOn')}
          </Button>
        )}
      </Group>
      {list.error !== null && <FailureView error={list.error} again={() => void list.refetch()} />}
      {!busy && found.length === 0 && list.error === null && <Text size="sm">{t('runs.searchNone')}</Text>}
      <ul className={classes.found} aria-label={t('runs.searchFound')}>
        {found.map(({ run, found: places }) => (
          <li key={run.id}>
            <Group gap="sm">
              <RunMark state={run.state} />
              <Anchor component={Link} to={paths.run(run.id)} size="sm">
                {run.flowName ?? run.flow}
              </Anchor>
              <Text size="xs" c="dimmed">
                {run.trigger.id ?? run.trigger.kind} · <When iso={run.created} />
              </Text>
            </Group>
            {places.map((place) => (
              <Text size="xs" key={`${place.seq} ${place.path} ${place.of}`}>
                <Anchor component={Link} to={placeOf(run, place)} size="xs">
                  {nameOf(place, t('runs.wholeRun'))}
                </Anchor>{' '}
                <span className={classes.around}>{place.around}</span>
              </Text>
            ))}
          </li>
        ))}
      </ul>
    </Stack>
  );
};

const nameOf = ({ step, of, path }: Place, run: string): string =>
  [step ?? run, ...(of === 'value' ? [] : [of]), ...(path === '' ? [] : [path])].join(' ');

/** Where it stands, as an address: in the step's output, or in the run. */
const placeOf = (run: One['run'], { step, item, of, path }: Place): string => {
  if (step === null || of !== 'value') return paths.run(run.id, step === null ? {} : { step });
  const parent = path.slice(0, path.lastIndexOf('/'));
  return paths.flow(run.flow, {
    step,
    run: run.id,
    tab: 'output',
    as: 'json',
    ...(parent === '' ? {} : { at: parent }),
    ...(item.length === 0 ? {} : { item: item.join('.') }),
  });
};
