/** The inbox: the questions that flows ask people. A list to walk by keys, and the question that is open beside it. */

import { Anchor, Button, Group, SegmentedControl, Stack, Text } from '@mantine/core';
import { Link, useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useMayIn } from '../access/may.ts';
import { Loaded } from '../problem/loaded.tsx';
import { paths } from '../router/paths.ts';
import { ASK_VIEWS, inboxRoute, type InboxSearch } from '../router/router.tsx';
import { Empty } from '../ui/empty.tsx';
import { Page } from '../ui/page.tsx';
import { Signed } from '../ui/signed.tsx';
import { ago, When } from '../ui/when.tsx';
import { type Ask, ASK_STATES, type AskState, useAskEvents, useAsks, type Whose } from './asks.ts';
import classes from './inbox.module.css';
import { Question } from './question.tsx';
import { ASK_SIGN } from './sign.ts';

export const InboxPage = () => {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const may = useMayIn();
  const search = inboxRoute.useSearch();
  const state: AskState = search.state ?? 'open';
  const whose: Whose = search.whose ?? 'mine';
  const list = useAsks(state, whose);
  const rows = (list.data?.pages ?? []).flatMap(({ asks }) => asks);
  useAskEvents();
  const set = (part: InboxSearch): void => void navigate({ to: '/inbox', search: { ...search, ...part } });
  const opened = rows.find(({ id }) => id === search.ask);
  return (
    <Stack p="md" maw={1240} mx="auto">
      <Page title={t('common.inbox')} lead={t('inbox.lead')}>
        <Group gap="xs" className={search.ask === undefined ? undefined : classes.wideOnly}>
          <SegmentedControl
            size="xs"
            aria-label={t('inbox.show')}
            value={state}
            onChange={(value) => set({ state: ASK_VIEWS.find((one) => one === value), ask: undefined })}
            data={ASK_STATES.map((one) => ({ value: one, label: t(`inbox.views.${one}`) }))}
          />
          {may('run.read') === true && (
            <SegmentedControl
              size="xs"
              aria-label={t('inbox.whose')}
              value={whose}
              onChange={(value) => set({ whose: value === 'all' ? 'all' : undefined, ask: undefined })}
              data={[
                { value: 'mine', label: t('inbox.mine') },
                { value: 'all', label: t('inbox.all') },
              ]}
            />
          )}
        </Group>
        <div className={classes.both} data-open={search.ask !== undefined}>
          <div className={classes.list}>
            <Loaded query={list}>
              {() => (
                <Stack gap="xs">
                  {rows.length === 0 ? (
                    <Empty text={t(`inbox.empty.${state}`)} />
                  ) : (
                    <List rows={rows} open={search.ask} state={state} />
                  )}
                  {list.hasNextPage && (
                    <Button
                      variant="default"
                      loading={list.isFetchingNextPage}
                      onClick={() => void list.fetchNextPage()}
                    >
                      {t('common.more')}
                    </Button>
                  )}
                  {rows.length > 1 && (
                    <Text size="xs" c="var(--hg-quiet)" id="inbox-keys" className={classes.keys}>
                      {t('inbox.keys')}
                    </Text>
                  )}
                </Stack>
              )}
            </Loaded>
          </div>
          {search.ask !== undefined && (
            <section className={classes.question} aria-label={t('inbox.question')}>
              <Anchor
                component={Link}
                to={paths.inbox({ state: search.state, whose: search.whose })}
                size="sm"
                className={classes.back}
              >
                {t('inbox.back')}
              </Anchor>
              <Question
                key={search.ask}
                id={search.ask}
                row={opened}
                mine={whose === 'mine'}
                answered={() => set({ ask: nextAfter(rows, search.ask) })}
              />
            </section>
          )}
        </div>
      </Page>
    </Stack>
  );
};

/** What is opened when this one is done: the one below it, else the one above. */
const nextAfter = (rows: readonly Ask[], id: string | undefined): string | undefined => {
  const at = rows.findIndex((one) => one.id === id);
  return (rows[at + 1] ?? rows[at - 1])?.id;
};

type ListProps = { readonly rows: readonly Ask[]; readonly open: string | undefined; readonly state: AskState };

/** Links, so that each has an address; j, k and the arrows go from one to the next, Enter opens. */
const List = ({ rows, open, state }: ListProps) => {
  const { t, i18n } = useTranslation();
  const search = inboxRoute.useSearch();
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
    <ul className={classes.rows} aria-label={t(`inbox.views.${state}`)} onKeyDown={walk}>
      {rows.map((row) => (
        <li key={row.id}>
          <Link
            to="/inbox"
            search={{ ...search, ask: row.id }}
            className={classes.row}
            aria-current={row.id === open ? 'true' : undefined}
          >
            <span className={classes.title}>{row.title}</span>
            <span className={classes.about}>
              {row.flowName ?? row.flow} · <When iso={row.asked} />
            </span>
            {row.state !== 'open' ? (
              <Signed by={ASK_SIGN[row.state]} text={t(`inbox.states.${row.state}`)} />
            ) : (
              row.deadline !== null && (
                <span className={classes.deadline}>{t('inbox.until', { when: ago(row.deadline, i18n.language) })}</span>
              )
            )}
          </Link>
        </li>
      ))}
    </ul>
  );
};
