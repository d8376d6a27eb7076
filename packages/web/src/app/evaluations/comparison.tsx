/** Two evaluations side by side: what they came to, and row by row what got better and what got worse. */

import { Anchor, Button, Group, Stack, Table as Base, Text } from '@mantine/core';
import { type Against, scoreKey } from '@headgate/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useEngine } from '../engine.tsx';
import { Loaded } from '../problem/loaded.tsx';
import { FailureView } from '../problem/problem-view.tsx';
import { paths } from '../router/paths.ts';
import { evaluationRoute } from '../router/router.tsx';
import type { Answer } from '../transport/client.ts';
import { Page } from '../ui/page.tsx';
import { Cell, Row, Table } from '../ui/table.tsx';
import { When } from '../ui/when.tsx';
import { EvaluationMark, PassMark, VERDICTS, VerdictMark } from './marks.tsx';
import { Runs } from './results.tsx';
import { useScoreText, useTitle } from './totals.tsx';
import { type EvaluationShown, useEvaluation } from './use-evaluation.ts';

type Props = { readonly flow: string; readonly before: string; readonly after: string };
type Compared = Answer<'compareEvaluations'>;
type ComparedRow = Compared['rows'][number];

export const Comparison = ({ flow, before, after }: Props) => {
  const engine = useEngine();
  const [a, b] = [useEvaluation(flow, before), useEvaluation(flow, after)];
  const done = `${a.data?.sum.done ?? ''} ${b.data?.sum.done ?? ''}`;
  const compared = useQuery({
    // How far both are stands in the key: what is done changes it.
    queryKey: ['comparison', flow, before, after, done],
    queryFn: ({ signal }) =>
      engine.call('compareEvaluations', { params: { id: flow, evaluation: after }, query: { with: before } }, signal),
    placeholderData: (was) => was,
  });
  const failed = a.error ?? b.error;
  if (failed !== null && (a.data === undefined || b.data === undefined)) return <FailureView error={failed} />;
  return (
    <Loaded query={compared}>
      {(told) => <Shown told={told} before={a.data} after={b.data} {...{ flow, ids: [before, after] as const }} />}
    </Loaded>
  );
};

type ShownProps = {
  readonly told: Compared;
  readonly flow: string;
  readonly ids: readonly [before: string, after: string];
  readonly before: EvaluationShown | undefined;
  readonly after: EvaluationShown | undefined;
};

const Shown = ({ told, flow, ids, before, after }: ShownProps) => {
  const { t, i18n } = useTranslation();
  const navigate = useNavigate();
  const search = evaluationRoute.useSearch();
  const number = new Intl.NumberFormat(i18n.language);
  const only = VERDICTS.find((one) => one === search.show);
  const counts = new Map<Against, number>();
  for (const { verdict } of told.rows) counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  const [better, worse] = [counts.get('better') ?? 0, counts.get('worse') ?? 0];
  const rows = told.rows
    .filter(({ verdict }) => only === undefined || verdict === only)
    .toSorted((a, b) => VERDICTS.indexOf(a.verdict) - VERDICTS.indexOf(b.verdict));
  const set = (show: Against | undefined): void =>
    void navigate({
      to: '/evaluations/$flow/$evaluation',
      params: { flow, evaluation: ids[1] },
      search: { ...search, show },
      replace: true,
    });
  return (
    <Page title={t('evaluations.compare.title')} lead={t('evaluations.compare.lead')}>
      <Text role="status">
        {told.scores.length === 0
          ? t('evaluations.compare.noScores')
          : better === 0 && worse === 0
            ? t('evaluations.compare.alike')
            : t('evaluations.compare.sum', { better: number.format(better), worse: number.format(worse) })}
      </Text>
      <Sums before={before} after={after} />
      <Group gap="xs" role="group" aria-label={t('evaluations.result.show')}>
        <Button
          size="compact-sm"
          variant={only === undefined ? 'filled' : 'default'}
          aria-pressed={only === undefined}
          onClick={() => set(undefined)}
        >
          {t('evaluations.result.all')} ({number.format(told.rows.length)})
        </Button>
        {VERDICTS.filter((one) => counts.has(one)).map((one) => (
          <Button
            key={one}
            size="compact-sm"
            variant={only === one ? 'filled' : 'default'}
            aria-pressed={only === one}
            onClick={() => set(one)}
          >
            {t(`evaluations.verdicts.${one}`)} ({number.format(counts.get(one) ?? 0)})
          </Button>
        ))}
      </Group>
      <Table
        label={t('evaluations.compare.rows')}
        heads={[
          t('evaluations.row'),
          t('evaluations.compare.verdict'),
          t('evaluations.compare.before'),
          t('evaluations.compare.after'),
        ]}
      >
        {rows.map((row) => (
          <Row key={row.name}>
            <Cell style={{ overflowWrap: 'anywhere' }}>{row.name}</Cell>
            <Cell>
              <VerdictMark verdict={row.verdict} />
            </Cell>
            <Side row={row} side="before" of={before} />
            <Side row={row} side="after" of={after} />
          </Row>
        ))}
      </Table>
    </Page>
  );
};

type SumsProps = Pick<ShownProps, 'before' | 'after'>;

/** Both in one table: which they are, how many rows passed, and the mean of each score. */
const Sums = ({ before, after }: SumsProps) => {
  const { t } = useTranslation();
  const titleOf = useTitle();
  const text = useScoreText();
  const both = [before, after];
  const names = [...new Set(both.flatMap((one) => one?.scores.map(scoreKey) ?? []))];
  const meanOf = (one: EvaluationShown | undefined, name: string): number | null | undefined => {
    const at = one?.scores.findIndex((score) => scoreKey(score) === name) ?? -1;
    return at < 0 ? undefined : one?.sum.means[at];
  };
  const change = (name: string): string => {
    const [a, b] = both.map((one) => meanOf(one, name) ?? null);
    if (a === null || b === null || a === undefined || b === undefined) return '';
    return ` (${b > a ? '+' : ''}${text(b - a)})`;
  };
  return (
    <Base.ScrollContainer
      minWidth={480}
      type="native"
      tabIndex={0}
      role="group"
      aria-label={t('evaluations.compare.sums')}
    >
      <Base aria-label={t('evaluations.compare.sums')} verticalSpacing={6} withRowBorders={false} w="auto">
        <Base.Thead>
          <Base.Tr>
            <Base.Td />
            {both.map((one, at) => (
              <Base.Th key={at} miw={180}>
                <Text size="xs" c="var(--hg-quiet)">
                  {t(at === 0 ? 'evaluations.compare.before' : 'evaluations.compare.after')}
                </Text>
                {one !== undefined && (
                  <Stack gap={0}>
                    <Anchor
                      component={Link}
                      to={paths.evaluation(one.flow, one.id)}
                      size="sm"
                      c="inherit"
                      underline="always"
                    >
                      {titleOf(one)}
                    </Anchor>
                    <Text size="xs" fw={400} c="var(--hg-quiet)">
                      <When iso={one.created} /> · {t('evaluations.compare.dataset', { version: one.dataset.version })}
                    </Text>
                    <EvaluationMark state={one.state} />
                  </Stack>
                )}
              </Base.Th>
            ))}
          </Base.Tr>
        </Base.Thead>
        <Base.Tbody>
          <Base.Tr>
            <Base.Th scope="row">{t('evaluations.passed')}</Base.Th>
            {both.map((one, at) => (
              <Base.Td key={at} className="hg-number">
                {one === undefined ? '' : t('evaluations.of', { count: one.sum.passed, all: one.sum.rows })}
              </Base.Td>
            ))}
          </Base.Tr>
          {names.map((name) => (
            <Base.Tr key={name}>
              <Base.Th scope="row">{name}</Base.Th>
              {both.map((one, at) => {
                const mean = meanOf(one, name);
                return (
                  <Base.Td key={at} className="hg-number">
                    {mean === undefined ? t('evaluations.compare.absent') : text(mean)}
                    {at === 1 && change(name)}
                  </Base.Td>
                );
              })}
            </Base.Tr>
          ))}
        </Base.Tbody>
      </Base>
    </Base.ScrollContainer>
  );
};

type SideProps = {
  readonly row: ComparedRow;
  readonly side: 'before' | 'after';
  readonly of: EvaluationShown | undefined;
};

const Side = ({ row, side, of }: SideProps) => {
  const { t } = useTranslation();
  const text = useScoreText();
  const came = row[side];
  const ran = of?.rows.find(({ name }) => name === row.name);
  if (came === null)
    return (
      <Cell>
        <Text size="sm" c="var(--hg-quiet)">
          {t('evaluations.compare.noRow')}
        </Text>
      </Cell>
    );
  const whys = ran?.scores.flatMap(({ why }) => (why === null ? [] : [why])) ?? [];
  return (
    <Cell style={{ overflowWrap: 'anywhere' }}>
      <Group gap="xs">
        <PassMark passed={came.passed} />
        <Text span size="sm" className="hg-number">
          {text(came.mean)}
        </Text>
        {ran !== undefined && <Runs row={ran} />}
      </Group>
      {row.verdict !== 'same' && whys.length > 0 && (
        <Text size="xs" c="var(--hg-quiet)" style={{ whiteSpace: 'pre-wrap' }}>
          {whys.join('\n')}
        </Text>
      )}
    </Cell>
  );
};
