/** Where a value differs from that of the run before: the latest earlier run of the flow in which the step has one. */

import { Anchor, Skeleton, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useEngine } from '../engine.tsx';
import { FailureView } from '../problem/problem-view.tsx';
import { paths } from '../router/paths.ts';
import { type Answer, type Client, Refusal } from '../transport/client.ts';
import { When } from '../ui/when.tsx';
import classes from './data.module.css';
import type { Source } from './source.ts';

/** Runs of a flow, and what of each is compared. */
export type Compare = { readonly flow: string; readonly which: Extract<Source['which'], { readonly step: string }> };
type Props = { readonly run: string; readonly compare: Compare; readonly label: string };
type Made = { readonly run: string; readonly created: string; readonly made: Answer<'compareValue'> };

/** Earlier runs that are looked at: in one that failed before the step there is nothing to compare with. */
const TRIES = 10;

const beside = async (client: Client, run: string, { flow, which }: Compare): Promise<Made | null> => {
  const { created } = await client.call('getRun', { params: { id: run }, query: { large: 'apart' } });
  const { runs } = await client.call('listRuns', { query: { flow, to: created, limit: String(TRIES) } });
  for (const one of runs) {
    if (one.id === run) continue;
    try {
      const made = await client.call('compareValue', { params: { id: run }, query: { ...which, run: one.id } });
      return { run: one.id, created: one.created, made };
    } catch (error) {
      if (!(error instanceof Refusal) || error.problem.code !== 'value.unknown') throw error;
    }
  }
  return null;
};

export const Differences = ({ run: id, compare, label }: Props) => {
  const { t } = useTranslation();
  const client = useEngine();
  const found = useQuery({
    queryKey: ['value differences', id, compare.which],
    queryFn: () => beside(client, id, compare),
    staleTime: Infinity,
  });
  if (found.error !== null) return <FailureView error={found.error} again={() => void found.refetch()} />;
  if (found.data === undefined) return <Skeleton h={160} />;
  if (found.data === null) return <Text size="sm">{t('data.noneBefore')}</Text>;
  const { run, created, made } = found.data;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by key
    <section className={classes.scroll} aria-label={label} tabIndex={0}>
      <Text size="xs" p={8}>
        {t('data.comparedWith')}{' '}
        <Anchor component={Link} to={paths.run(run)} size="xs">
          {run}
        </Anchor>
        , <When iso={created} />.{' '}
        {made.differences.length === 0 ? t('data.same') : t('data.differences', { count: made.differences.length })}
        {made.more && ` ${t('data.moreFound')}`}
      </Text>
      <ul className={classes.changes}>
        {made.differences.map(({ path, what, before, after }) => (
          <li key={path}>
            <strong>{path === '' ? t('data.all') : path}</strong>{' '}
            <span className={classes.quiet}>{t(`data.what.${what}`)}</span>
            {what !== 'added' && <div className={classes.before}>− {JSON.stringify(before)}</div>}
            {what !== 'removed' && <div className={classes.after}>+ {JSON.stringify(after)}</div>}
          </li>
        ))}
      </ul>
    </section>
  );
};
