/** The first look: how runs went lately, by flow and by time, and what needs a person. Each figure leads to what it counts. */

import { Anchor, Group, Paper, SegmentedControl, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useWorkspaces } from '../access/may.ts';
import { useEngine } from '../engine.tsx';
import { Loaded } from '../problem/loaded.tsx';
import { paths } from '../router/paths.ts';
import { dashboardRoute } from '../router/router.tsx';
import type { Answer } from '../transport/client.ts';
import { durationText } from '../ui/duration.ts';
import { Empty } from '../ui/empty.tsx';
import { Page } from '../ui/page.tsx';
import { Section } from '../ui/section.tsx';
import { Cell, Row, Table } from '../ui/table.tsx';
import { When } from '../ui/when.tsx';
import { Bars } from './bars.tsx';
import { Needs } from './needs.tsx';
import classes from './bars.module.css';

type Told = Answer<'getOverview'>;
const HOURS = ['24', '168'] as const;
const FRESH = 15_000;

/** `from` of the list of runs is a day: the first one of the period. */
const dayOf = (iso: string): string => iso.slice(0, 10);

export const DashboardPage = () => {
  const { t } = useTranslation();
  const engine = useEngine();
  const navigate = useNavigate();
  const hours = dashboardRoute.useSearch().hours ?? '24';
  const told = useQuery({
    queryKey: ['overview', hours],
    queryFn: ({ signal }) => engine.call('getOverview', { query: { hours } }, signal),
    refetchInterval: FRESH,
    placeholderData: (before) => before,
  });
  return (
    <Stack p="md" maw={1240} mx="auto">
      <Page
        title={t('overview.title')}
        lead={t('overview.lead')}
        acts={
          <SegmentedControl
            aria-label={t('overview.period')}
            value={hours}
            onChange={(value) =>
              void navigate({
                to: '/dashboard',
                search: { hours: value === '168' ? '168' : undefined },
                replace: true,
              })
            }
            data={HOURS.map((one) => ({ value: one, label: t(`overview.hours.${one}`) }))}
          />
        }
      >
        <Loaded query={told} rows={8}>
          {(data) => (
            <Stack gap="xl">
              <Figures told={data} />
              <Section title={t('overview.needs.title')}>
                <Needs told={data} />
              </Section>
              <Section title={t('overview.time')}>
                <Bars parts={data.parts} />
              </Section>
              <Section title={t('overview.flows')}>
                <ByFlow told={data} />
              </Section>
            </Stack>
          )}
        </Loaded>
      </Page>
    </Stack>
  );
};

/** Runs by what became of them; money and tokens where any were counted. */
const Figures = ({ told }: { readonly told: Told }) => {
  const { t, i18n } = useTranslation();
  const engine = useEngine();
  const { data } = useWorkspaces();
  const workspace = (data?.workspaces.find(({ chosen }) => chosen) ?? data?.workspaces[0])?.id;
  const usage = useQuery({
    queryKey: ['usage', workspace],
    queryFn: ({ signal }) => engine.call('getUsage', { params: { id: workspace ?? '' } }, signal),
    enabled: workspace !== undefined,
    retry: false,
  });
  const plain = new Intl.NumberFormat(i18n.language);
  const { states, from, more } = told;
  const all = Object.values(states).reduce((sum, one) => sum + one, 0);
  const since = dayOf(from);
  const underWay = states.queued + states.running + states.waiting;
  const spent = usage.data?.month;
  return (
    <Stack gap="xs">
      <div className={classes.figures}>
        <Figure to={paths.runsSince(since)} title={t('overview.runs')} value={plain.format(all)} />
        <Figure
          to={paths.runsSince(since, 'failed')}
          title={t('overview.failed')}
          value={plain.format(states.failed)}
        />
        <Figure
          to={paths.runsSince(since, states.queued > 0 ? 'queued' : 'waiting')}
          title={t('overview.underWay')}
          value={plain.format(underWay)}
        />
        <Figure to={paths.runsSince(since, 'done')} title={t('overview.done')} value={plain.format(states.done)} />
        {spent !== undefined && spent.tokens > 0 && (
          <Figure to={paths.trust('limits')} title={t('overview.tokens')} value={plain.format(spent.tokens)} />
        )}
        {spent !== undefined && spent.money > 0 && (
          <Figure
            to={paths.trust('limits')}
            title={t('overview.money')}
            value={new Intl.NumberFormat(i18n.language, { minimumFractionDigits: 2 }).format(spent.money / 1_000_000)}
          />
        )}
      </div>
      {more && <Text size="xs">{t('overview.more')}</Text>}
    </Stack>
  );
};

type FigureProps = { readonly to: string; readonly title: string; readonly value: string };

const Figure = ({ to, title, value }: FigureProps) => (
  <Paper withBorder p="md">
    <Anchor component={Link} to={to} size="sm">
      {title}
    </Anchor>
    <Text fw={700} fz={28} className="hg-number">
      {value}
    </Text>
  </Paper>
);

const ByFlow = ({ told }: { readonly told: Told }) => {
  const { t, i18n } = useTranslation();
  const { flows } = told;
  if (flows.length === 0)
    return (
      <Empty
        text={t('overview.none')}
        act={
          <Anchor component={Link} to={paths.flows()} size="sm">
            {t('overview.toFlows')}
          </Anchor>
        }
      />
    );
  return (
    <Table
      label={t('overview.flows')}
      heads={[
        t('overview.flow'),
        { number: t('overview.runs') },
        { number: t('overview.failed') },
        { number: t('overview.takes') },
        t('overview.last'),
      ]}
    >
      {flows.map((one) => (
        <Row key={one.flow}>
          <Cell>
            <Group gap={4}>
              {one.flowName === null ? (
                <Text size="sm">{one.flow}</Text>
              ) : (
                <Anchor component={Link} to={paths.flow(one.flow)} size="sm">
                  {one.flowName}
                </Anchor>
              )}
            </Group>
          </Cell>
          <Cell ta="right" className="hg-number">
            <Anchor
              component={Link}
              to={paths.runsOf(one.flow)}
              size="sm"
              aria-label={t('overview.runsOf', { count: one.runs, flow: one.flowName ?? one.flow })}
            >
              {one.runs}
            </Anchor>
          </Cell>
          <Cell ta="right" className="hg-number">
            {one.failed === 0 ? (
              0
            ) : (
              <Anchor
                component={Link}
                to={paths.runsOf(one.flow, 'failed')}
                size="sm"
                c="var(--hg-failed)"
                aria-label={t('overview.failedOf', { count: one.failed, flow: one.flowName ?? one.flow })}
              >
                {one.failed}
              </Anchor>
            )}
          </Cell>
          <Cell ta="right" className="hg-number">
            {one.time === null ? '' : durationText(one.time, i18n.language)}
          </Cell>
          <Cell>
            <When iso={one.last} />
          </Cell>
        </Row>
      ))}
    </Table>
  );
};
