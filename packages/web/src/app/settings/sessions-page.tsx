/**
 * Where the own account is signed in, and ending that. Others are ended by who signed in minutes ago; else the engine asks
 * for that first, and the refusal leads there.
 */

import { Anchor, Badge, Button, Group } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useEngine } from '../engine.tsx';
import { Loaded } from '../problem/loaded.tsx';
import { FailureView, ProblemView } from '../problem/problem-view.tsx';
import { paths } from '../router/paths.ts';
import { type Answer, Refusal } from '../transport/client.ts';
import { notify } from '../ui/notices.tsx';
import { Page } from '../ui/page.tsx';
import { Cell, Row, Table } from '../ui/table.tsx';
import { When } from '../ui/when.tsx';
import { browserIn } from './browser-in.ts';
import { RowAct } from '../ui/row-act.tsx';

type Session = Answer<'listSessions'>['sessions'][number];
const WAYS = ['password', 'password+code', 'passkey', 'link'] as const;

export const SessionsPage = () => {
  const { t } = useTranslation();
  const engine = useEngine();
  const queries = useQueryClient();
  const list = useQuery({
    queryKey: ['sessions'],
    queryFn: ({ signal }) => engine.call('listSessions', {}, signal),
  });
  const others = (list.data?.sessions ?? []).filter(({ current }) => !current);
  const end = useMutation({
    mutationFn: async (sessions: readonly Session[]) => {
      // One after the other: what was ended stays ended when the next is refused.
      for (const { id } of sessions) await engine.call('endSession', { params: { id } });
      return sessions;
    },
    onSuccess: (sessions) => {
      if (sessions.some(({ current }) => current)) location.assign(paths.signIn());
      else notify({ text: t('settings.sessions.ended', { count: sessions.length }) });
    },
    onSettled: () => queries.invalidateQueries({ queryKey: ['sessions'] }),
  });
  const everywhere = useMutation({
    mutationFn: () => engine.call('endSessions', {}),
    onSuccess: () => location.assign(paths.signIn()),
  });
  const error = end.error ?? everywhere.error;
  const way = (how: string): string => {
    const known = WAYS.find((one) => one === how);
    return known === undefined ? how.replace(/^sso:/, '') : t(`settings.sessions.ways.${known}`);
  };
  return (
    <Page
      title={t('settings.pages.sessions')}
      lead={t('settings.sessions.lead')}
      acts={
        <Button
          variant="default"
          disabled={others.length === 0}
          title={others.length === 0 ? t('settings.sessions.noOthers') : undefined}
          loading={end.isPending}
          onClick={() => end.mutate(others)}
        >
          {t('settings.sessions.others')}
        </Button>
      }
    >
      {error instanceof Refusal && error.problem.code === 'auth.stale' ? (
        <ProblemView
          problem={error.problem}
          act={
            <Anchor size="sm" href={paths.signIn()}>
              {t('settings.sessions.again')}
            </Anchor>
          }
        />
      ) : (
        error !== null && <FailureView error={error} />
      )}
      <Loaded query={list}>
        {({ sessions }) => (
          <Table
            label={t('settings.pages.sessions')}
            heads={[
              t('settings.sessions.where'),
              t('settings.sessions.how'),
              t('settings.sessions.from'),
              t('settings.sessions.seen'),
              t('settings.sessions.expires'),
              { acts: t('common.acts') },
            ]}
          >
            {sessions.map((one) => {
              const agent = browserIn(one.agent) ?? t('settings.sessions.unknown');
              return (
                <Row key={one.id}>
                  <Cell fw={600} title={one.agent ?? undefined}>
                    {agent}{' '}
                    {one.current && (
                      <Badge variant="outline" color="teal">
                        {t('settings.sessions.this')}
                      </Badge>
                    )}
                  </Cell>
                  <Cell>{way(one.how)}</Cell>
                  <Cell className="hg-number">{one.network}</Cell>
                  <Cell>
                    <When iso={one.seen} />
                  </Cell>
                  <Cell>
                    <When iso={one.expires} />
                  </Cell>
                  <Cell ta="right">
                    <RowAct of={t('settings.sessions.endOf', { agent })} run={() => end.mutate([one])}>
                      {t('settings.sessions.end')}
                    </RowAct>
                  </Cell>
                </Row>
              );
            })}
          </Table>
        )}
      </Loaded>
      <Group gap="md">
        <Anchor size="sm" href={paths.account()}>
          {t('settings.sessions.more')}
        </Anchor>
        <Anchor size="sm" component="button" type="button" onClick={() => everywhere.mutate()}>
          {t('settings.sessions.everywhere')}
        </Anchor>
      </Group>
    </Page>
  );
};
