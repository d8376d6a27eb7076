/** Two runs side by side: what they were given, each step with state and time, what came out, and the first place where they part. */

import { Anchor, Code, Group, Skeleton, Stack, Table, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { StateMark } from '../editor/run/state-mark.tsx';
import type { Out, StepView } from '../editor/run/fold.ts';
import { RunWatch } from '../editor/run/watch.ts';
import { useEngine } from '../engine.tsx';
import { FailureView } from '../problem/problem-view.tsx';
import { paths } from '../router/paths.ts';
import { durationText } from '../ui/duration.ts';
import { PageTitle } from '../ui/page-title.tsx';
import { When } from '../ui/when.tsx';
import { type Compared, compared, tookOf } from './compared.ts';
import { differences, MOST_DIFFERENCES } from './differences.ts';
import { RunMark } from './run-mark.tsx';

type Props = {
  readonly left: string;
  readonly right: string;
  /** The step whose output is opened. */
  readonly step: string | undefined;
  readonly choose: (step: string | undefined) => void;
};

const useFold = (id: string) => {
  const engine = useEngine();
  const [watch] = useState(() => new RunWatch(engine));
  useEffect(() => {
    watch.watch(id);
    return () => watch.watch(null);
  }, [watch, id]);
  const run = useQuery({
    queryKey: ['run', id],
    queryFn: ({ signal }) => engine.call('getRun', { params: { id }, query: { large: 'apart' } }, signal),
  });
  const { fold } = useSyncExternalStore(watch.subscribe, watch.state);
  return { run, fold };
};

const valueOf = (out: Out | null): unknown => (out !== null && 'value' in out ? out.value : undefined);
const isLarge = (out: Out | null): boolean => out !== null && 'blob' in out;

export const Compare = ({ left, right, step, choose }: Props) => {
  const { t } = useTranslation();
  const [a, b] = [useFold(left), useFold(right)];
  const rows = useMemo(() => compared(a.fold, b.fold), [a.fold, b.fold]);
  const first = rows.find(({ differs }) => differs !== null)?.step;
  const open = step ?? first;
  const row = rows.find((one) => one.step === open);
  const place = useRef<HTMLTableRowElement>(null);
  useEffect(() => {
    if (step === undefined && first !== undefined) place.current?.scrollIntoView({ block: 'nearest' });
  }, [step, first]);
  const failed = a.run.error ?? b.run.error;
  if (failed !== null) return <FailureView error={failed} />;
  if (a.run.data === undefined || b.run.data === undefined)
    return (
      <Stack p="md" aria-busy aria-label={t('compare.title')}>
        <Skeleton h={32} w={320} />
        <Skeleton h={320} />
      </Stack>
    );
  return (
    <Stack p="md" gap="sm">
      <PageTitle text={t('compare.title')} />
      <Text size="sm" role="status">
        {first === undefined ? t('compare.same') : t('compare.first', { step: first })}
      </Text>
      <Table aria-label={t('compare.title')} layout="fixed" verticalSpacing={6}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th w="24%">{t('runs.step')}</Table.Th>
            {[a.run.data, b.run.data].map((run, n) => (
              <Table.Th key={run.id} w="30%">
                <Stack gap={0}>
                  <Group gap="xs">
                    <Text size="sm" fw={600}>
                      {t(n === 0 ? 'compare.left' : 'compare.right')}
                    </Text>
                    <RunMark state={run.state} />
                  </Group>
                  <Anchor component={Link} to={paths.run(run.id)} size="xs">
                    {run.id}
                  </Anchor>
                  <Text size="xs" c="dimmed" fw={400}>
                    <When iso={run.created} /> ·{' '}
                    {run.version === null ? t('runs.draft') : t('runs.version', { version: run.version })}
                  </Text>
                </Stack>
              </Table.Th>
            ))}
            <Table.Th>{t('compare.difference')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((one) => (
            <Row
              key={one.step}
              row={one}
              first={one.step === first}
              open={one.step === open}
              place={one.step === first ? place : undefined}
              choose={choose}
            />
          ))}
        </Table.Tbody>
      </Table>
      <Differ title={t('compare.input')} left={a.fold.input} right={b.fold.input} />
      {row !== undefined && (
        <Differ
          title={t('compare.output', { step: row.step })}
          left={row.left?.out ?? null}
          right={row.right?.out ?? null}
        />
      )}
      <Differ title={t('compare.result')} left={a.fold.output} right={b.fold.output} />
    </Stack>
  );
};

type RowProps = {
  readonly row: Compared;
  readonly first: boolean;
  readonly open: boolean;
  readonly place: React.RefObject<HTMLTableRowElement | null> | undefined;
  readonly choose: Props['choose'];
};

const Row = ({ row, first, open, place, choose }: RowProps) => {
  const { t } = useTranslation();
  const { step, left, right, differs } = row;
  return (
    <Table.Tr ref={place} data-differs={differs ?? 'no'} bg={open ? 'var(--hg-surface)' : undefined}>
      <Table.Td>
        <Anchor component="button" type="button" size="sm" aria-expanded={open} onClick={() => choose(step)}>
          {step}
        </Anchor>
      </Table.Td>
      <Table.Td>
        <Side view={left} />
      </Table.Td>
      <Table.Td>
        <Side view={right} />
      </Table.Td>
      <Table.Td>
        {differs !== null && (
          <Text size="sm" fw={first ? 700 : 400}>
            <span aria-hidden>≠ </span>
            {t(`compare.differs.${differs}`)}
            {first && ` · ${t('compare.isFirst')}`}
          </Text>
        )}
      </Table.Td>
    </Table.Tr>
  );
};

const Side = ({ view }: { readonly view: StepView | null }) => {
  const { t, i18n } = useTranslation();
  if (view === null)
    return (
      <Text size="sm" c="dimmed">
        {t('compare.absent')}
      </Text>
    );
  const took = tookOf(view);
  return (
    <Group gap={6} wrap="nowrap">
      <StateMark state={view.state} mute />
      <Text size="sm">
        {[
          t(`editor.state.${view.state}`),
          ...(took === null ? [] : [durationText(took, i18n.language)]),
          ...(view.port === null ? [] : [view.port]),
          ...(view.reused === null ? [] : [t('runs.reused')]),
          ...(view.problem === null ? [] : [view.problem.code]),
        ].join(' · ')}
      </Text>
    </Group>
  );
};

const SHOWN = 2_000;
const shown = (value: unknown): string => (JSON.stringify(value) ?? '').slice(0, SHOWN);

/** One pair of values: where they differ, by path. */
const Differ = ({
  title,
  left,
  right,
}: {
  readonly title: string;
  readonly left: Out | null;
  readonly right: Out | null;
}) => {
  const { t } = useTranslation();
  const large = isLarge(left) || isLarge(right);
  const found = useMemo(() => differences(valueOf(left), valueOf(right)), [left, right]);
  return (
    <section aria-label={title}>
      <Text component="h2" size="sm" fw={600} mb={4}>
        {title}
      </Text>
      {large ? (
        <Text size="sm">{t('compare.large')}</Text>
      ) : found.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t('compare.equal')}
        </Text>
      ) : (
        <Table layout="fixed" aria-label={title}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th w="24%">{t('compare.path')}</Table.Th>
              <Table.Th>{t('compare.left')}</Table.Th>
              <Table.Th>{t('compare.right')}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {found.map((one) => (
              <Table.Tr key={one.path}>
                <Table.Td>
                  <Code>{one.path === '' ? t('compare.whole') : one.path}</Code>
                </Table.Td>
                {(['left', 'right'] as const).map((side) => (
                  <Table.Td key={side} style={{ overflowWrap: 'anywhere' }}>
                    {side in one ? <Code>{shown(one[side])}</Code> : <Text size="sm">{t('compare.nothing')}</Text>}
                  </Table.Td>
                ))}
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
      {found.length >= MOST_DIFFERENCES && (
        <Text size="xs" c="dimmed">
          {t('compare.most', { count: MOST_DIFFERENCES })}
        </Text>
      )}
    </section>
  );
};
