/** All flows that the person sees. */

import { Anchor, Badge, Button, Group, Skeleton, Stack, Text, TextInput } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAction } from '../actions/use-action.ts';
import { useEngine } from '../engine.tsx';
import { FailureView } from '../problem/problem-view.tsx';
import { laterTexts } from '../i18n/i18n.ts';
import { lazily } from '../ui/lazily.tsx';
import { PageTitle } from '../ui/page-title.tsx';
import { When } from '../ui/when.tsx';
import classes from './flows.module.css';
import type { RowWish } from './row-menu.tsx';

// Nobody needs it to see the list, nor its texts.
const RowMenu = lazily(async () => (await Promise.all([import('./row-menu.tsx'), laterTexts()]))[0].RowMenu);

const LAST: Readonly<Record<string, string>> = { failed: 'var(--hg-failed)' };

/** `email.receive@1` as it is called: without its version. */
const nameOf = (kind: string): string => kind.split('@')[0] ?? kind;

export const FlowsPage = () => {
  const { t } = useTranslation();
  const engine = useEngine();
  const navigate = useNavigate();
  const [search, setSearch] = useState('');
  const [wish, setWish] = useState<RowWish | null>(null);
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
        <table className={classes.table}>
          <thead>
            <tr>
              <th>{t('flows.name')}</th>
              <th>{t('flows.status')}</th>
              <th>{t('flows.last')}</th>
              <th>{t('flows.changed')}</th>
              <td />
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.id}>
                <td>
                  <Anchor component={Link} to={`/flows/${row.id}`} inherit>
                    {row.name}
                  </Anchor>
                </td>
                <td>
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
                    {row.triggers.length > 0 && (
                      <span className={classes.triggers}>
                        {row.triggers.map(({ kind }) => nameOf(kind)).join(', ')}
                      </span>
                    )}
                    {row.failing && (
                      <Badge color="red" variant="outline">
                        {t('flows.failing')}
                      </Badge>
                    )}
                  </Group>
                </td>
                <td>
                  {row.last !== null && (
                    <Anchor component={Link} to={`/runs/${row.last.id}`} inherit c={LAST[row.last.state]}>
                      <span aria-hidden>{row.last.state === 'failed' ? '✕ ' : ''}</span>
                      <When iso={row.last.created} />
                      {row.last.state === 'failed' && <span className="hg-hidden"> {t('flows.lastFailed')}</span>}
                    </Anchor>
                  )}
                </td>
                <td>
                  <When iso={row.updated} />
                </td>
                <td className={classes.acts}>
                  <Button
                    size="compact-sm"
                    variant="subtle"
                    color="gray"
                    aria-label={t('flows.acts', { name: row.name })}
                    aria-haspopup="menu"
                    onPointerEnter={RowMenu.warm}
                    onFocus={RowMenu.warm}
                    onClick={({ currentTarget }) => {
                      const { right, bottom } = currentTarget.getBoundingClientRect();
                      setWish({ row, x: right, y: bottom });
                    }}
                  >
                    <span aria-hidden>⋯</span>
                  </Button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {!list.isPending && rows.length === 0 && (
        <Text>{search === '' ? t('flows.empty') : t('common.nothingFound')}</Text>
      )}
      {list.hasNextPage && (
        <Button variant="default" onClick={() => void list.fetchNextPage()}>
          {t('common.more')}
        </Button>
      )}
      <Anchor component={Link} to="/flows/deleted" size="sm" c="dimmed">
        {t('flows.deleted')}
      </Anchor>
      {wish !== null && (
        <Suspense fallback={null}>
          <RowMenu key={wish.row.id} wish={wish} close={() => setWish(null)} />
        </Suspense>
      )}
    </Stack>
  );
};
