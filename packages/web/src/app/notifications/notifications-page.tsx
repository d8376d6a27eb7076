/** What one is told of: what is not read first. A list to walk by keys; opening one marks it as read. */

import { Button, Stack } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useEngine } from '../engine.tsx';
import { Loaded } from '../problem/loaded.tsx';
import { tell } from '../problem/tell.ts';
import { paths } from '../router/paths.ts';
import { Empty } from '../ui/empty.tsx';
import { notify } from '../ui/notices.tsx';
import { Page } from '../ui/page.tsx';
import { When } from '../ui/when.tsx';
import classes from './notifications.module.css';
import { pageOf, type Told, useNotifications } from './notifications.ts';

const useSaid = () => {
  const { t } = useTranslation();
  return ({ kind, flow, flowName, name }: Told): string =>
    t(`notifications.said.${kind.replace('.', '_') as 'run_failed'}`, {
      flow: flowName ?? flow ?? t('notifications.gone'),
      name: name ?? '',
    });
};

export const NotificationsPage = () => {
  const { t } = useTranslation();
  const engine = useEngine();
  const queries = useQueryClient();
  const list = useNotifications();
  const rows = (list.data?.pages ?? []).flatMap(({ notifications }) => notifications);
  const unread = list.data?.pages[0]?.unread ?? 0;
  const again = () => queries.invalidateQueries({ queryKey: ['notifications'] });
  const read = useMutation({
    mutationFn: (id: string) => engine.call('readNotification', { params: { id } }),
    onSettled: again,
    onError: tell,
  });
  const readAll = useMutation({
    mutationFn: () => engine.call('readNotifications', {}),
    onSuccess: async ({ read: count }) => {
      notify({ text: t('notifications.readAll', { count }) });
      await again();
    },
    onError: tell,
  });
  return (
    <Stack p="md" maw={1240} mx="auto">
      <Page
        title={t('common.notifications')}
        lead={t('notifications.lead')}
        acts={
          <>
            <Button component={Link} to={paths.settings('notifications')} variant="default" size="compact-sm">
              {t('notifications.how')}
            </Button>
            <Button
              variant="default"
              size="compact-sm"
              disabled={unread === 0}
              loading={readAll.isPending}
              onClick={() => readAll.mutate()}
            >
              {t('notifications.all')}
            </Button>
          </>
        }
      >
        <Loaded query={list}>
          {() => (
            <Stack gap="xs" align="start">
              {rows.length === 0 ? (
                <Empty text={t('notifications.none')} />
              ) : (
                <List rows={rows} read={(id) => read.mutate(id)} />
              )}
              {list.hasNextPage && (
                <Button variant="default" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
                  {t('common.more')}
                </Button>
              )}
            </Stack>
          )}
        </Loaded>
      </Page>
    </Stack>
  );
};

type ListProps = { readonly rows: readonly Told[]; readonly read: (id: string) => void };

/** Links, so that each has an address; j, k and the arrows go from one to the next, Enter opens. */
const List = ({ rows, read }: ListProps) => {
  const { t } = useTranslation();
  const said = useSaid();
  const walk = (event: React.KeyboardEvent<HTMLUListElement>): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const links = [...event.currentTarget.querySelectorAll<HTMLElement>('a')];
    const at = links.findIndex((one) => one === document.activeElement);
    const to = { ArrowDown: at + 1, j: at + 1, ArrowUp: at - 1, k: at - 1, Home: 0, End: links.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    links[Math.max(0, Math.min(links.length - 1, to))]?.focus();
  };
  return (
    <ul className={classes.rows} aria-label={t('common.notifications')} onKeyDown={walk}>
      {rows.map((row) => (
        <li key={row.id} data-unread={row.read === null}>
          <Link to={pageOf(row)} className={classes.row} onClick={() => row.read === null && read(row.id)}>
            <span className={classes.said}>
              {row.read === null && <span className="hg-hidden">{t('notifications.new')} </span>}
              {said(row)}
            </span>
            <span className={classes.about}>
              <When iso={row.at} />
              {row.times > 1 && ` · ${t('notifications.times', { count: row.times })}`}
              {row.code !== null && ` · ${row.code}`}
            </span>
          </Link>
          {row.read === null && (
            <Button
              className={classes.act ?? ''}
              variant="subtle"
              size="compact-sm"
              aria-label={t('notifications.readOf', { text: said(row) })}
              onClick={() => read(row.id)}
            >
              {t('notifications.read')}
            </Button>
          )}
        </li>
      ))}
    </ul>
  );
};
