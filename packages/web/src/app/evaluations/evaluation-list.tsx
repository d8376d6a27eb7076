/** The evaluations of a flow, the latest first: what each came to, and two of them to be held against each other. */

import { Anchor, Button, Checkbox, Group, Text } from '@mantine/core';
import { scoreKey } from '@headgate/core';
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useOff } from '../access/may.ts';
import { useEngine } from '../engine.tsx';
import { Loaded } from '../problem/loaded.tsx';
import { tell } from '../problem/tell.ts';
import { paths } from '../router/paths.ts';
import type { Answer } from '../transport/client.ts';
import { notify } from '../ui/notices.tsx';
import { RowAct } from '../ui/row-act.tsx';
import { Cell, Row, Table } from '../ui/table.tsx';
import { When } from '../ui/when.tsx';
import { EvaluationMark } from './marks.tsx';
import { Means, useTitle } from './totals.tsx';

export type Listed = Answer<'listEvaluations'>['evaluations'][number];

const WHILE = 2_000;

export const EvaluationList = ({ flow }: { readonly flow: string }) => {
  const { t } = useTranslation();
  const engine = useEngine();
  const navigate = useNavigate();
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const list = useInfiniteQuery({
    queryKey: ['evaluations', flow, 'pages'],
    queryFn: ({ pageParam, signal }) => {
      const given = { params: { id: flow }, query: pageParam === '' ? {} : { cursor: pageParam } };
      return engine.call('listEvaluations', given, signal);
    },
    initialPageParam: '',
    getNextPageParam: (page) => ('next' in page && typeof page.next === 'string' ? page.next : undefined),
    refetchInterval: ({ state }) =>
      state.data?.pages.some(({ evaluations }) => evaluations.some((one) => one.state === 'running')) === true
        ? WHILE
        : false,
  });
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list;
  const compare = (all: readonly Listed[]): void => {
    // The latest comes first in the list: it is held against the other.
    const [after, before] = all.filter(({ id }) => chosen.includes(id));
    if (after === undefined || before === undefined) return;
    void navigate({
      to: '/evaluations/$flow/$evaluation',
      params: { flow, evaluation: after.id },
      search: { with: before.id },
    });
  };
  return (
    <Loaded query={list}>
      {({ pages }) => {
        const evaluations = pages.flatMap((page) => page.evaluations);
        return evaluations.length === 0 ? (
          <Text size="sm">{t('evaluations.none')}</Text>
        ) : (
          <>
            <Group gap="xs">
              <Button
                size="compact-sm"
                variant="default"
                disabled={chosen.length !== 2}
                title={chosen.length === 2 ? undefined : t('evaluations.compare.two')}
                onClick={() => compare(evaluations)}
              >
                {t('evaluations.compare.open')}
              </Button>
            </Group>
            <Table
              label={t('evaluations.ofFlow')}
              heads={[
                t('evaluations.compare.choose'),
                t('evaluations.evaluation'),
                t('evaluations.state'),
                { number: t('evaluations.passed') },
                t('evaluations.means'),
                t('evaluations.begun'),
                { acts: t('common.acts') },
              ]}
            >
              {evaluations.map((one) => (
                <Line
                  key={one.id}
                  one={one}
                  chosen={chosen.includes(one.id)}
                  choose={(is) =>
                    setChosen((was) => (is ? [...was, one.id] : was.filter((other) => other !== one.id)).slice(-2))
                  }
                />
              ))}
            </Table>
            {hasNextPage && (
              <Group>
                <Button
                  size="compact-sm"
                  variant="default"
                  loading={isFetchingNextPage}
                  onClick={() => void fetchNextPage()}
                >
                  {t('common.more')}
                </Button>
              </Group>
            )}
          </>
        );
      }}
    </Loaded>
  );
};

type LineProps = { readonly one: Listed; readonly chosen: boolean; readonly choose: (is: boolean) => void };

const Line = ({ one, chosen, choose }: LineProps) => {
  const { t } = useTranslation();
  const engine = useEngine();
  const queries = useQueryClient();
  const off = useOff('flow.write');
  const title = useTitle()(one);
  const remove = useMutation({
    mutationFn: () => engine.call('deleteEvaluation', { params: { id: one.flow, evaluation: one.id } }),
    onSuccess: async () => {
      choose(false);
      notify({ text: t('evaluations.deleted', { name: title }) });
      await queries.invalidateQueries({ queryKey: ['evaluations', one.flow] });
    },
    onError: tell,
  });
  const { rows, done, passed } = one.sum;
  return (
    <Row>
      <Cell>
        <Checkbox
          size="xs"
          aria-label={t('evaluations.compare.chooseOf', { name: title })}
          checked={chosen}
          onChange={(event) => choose(event.currentTarget.checked)}
        />
      </Cell>
      <Cell fw={600}>
        <Anchor component={Link} to={paths.evaluation(one.flow, one.id)} size="sm" c="inherit" underline="always">
          {title}
        </Anchor>
      </Cell>
      <Cell>
        <EvaluationMark state={one.state} />
      </Cell>
      <Cell ta="right" className="hg-number">
        {t('evaluations.of', { count: passed, all: one.state === 'running' ? done : rows })}
      </Cell>
      <Cell>
        <Means names={one.scores.map(scoreKey)} means={one.sum.means} />
      </Cell>
      <Cell>
        <When iso={one.created} />
      </Cell>
      <Cell>
        <Group justify="end">
          <RowAct
            of={t('evaluations.deleteOf', { name: title })}
            off={off ?? (one.state === 'running' ? t('evaluations.stopFirst') : undefined)}
            disabled={remove.isPending}
            run={() => remove.mutate()}
          >
            {t('common.delete')}
          </RowAct>
        </Group>
      </Cell>
    </Row>
  );
};
