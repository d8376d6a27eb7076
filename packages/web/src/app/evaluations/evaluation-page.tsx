/** One evaluation as it goes: how far it is, what its rows came to, and why. Held against an earlier one where the address names it. */

import { Anchor, Button, Group, Progress, Stack, Text } from '@mantine/core';
import { scoreKey, thresholdOf } from '@headgate/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useOff } from '../access/may.ts';
import { useEngine } from '../engine.tsx';
import { Loaded } from '../problem/loaded.tsx';
import { ProblemView } from '../problem/problem-view.tsx';
import { tell } from '../problem/tell.ts';
import { paths } from '../router/paths.ts';
import { evaluationRoute } from '../router/router.tsx';
import { Page } from '../ui/page.tsx';
import { When } from '../ui/when.tsx';
import { CompareWith } from './compare-with.tsx';
import { Comparison } from './comparison.tsx';
import { EvaluationMark } from './marks.tsx';
import { Results } from './results.tsx';
import { useScoreText, useTitle } from './totals.tsx';
import { type EvaluationShown, useEvaluation } from './use-evaluation.ts';

export const EvaluationPage = () => {
  const { flow, evaluation: id } = evaluationRoute.useParams();
  const { with: other } = evaluationRoute.useSearch();
  const evaluation = useEvaluation(flow, id);
  return (
    <Stack p="md">
      {other === undefined ? (
        <Loaded query={evaluation}>{(one) => <Shown key={one.id} one={one} />}</Loaded>
      ) : (
        <Comparison key={`${id} ${other}`} flow={flow} before={other} after={id} />
      )}
    </Stack>
  );
};

const Shown = ({ one }: { readonly one: EvaluationShown }) => {
  const { t, i18n } = useTranslation();
  const engine = useEngine();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const off = useOff('run.cancel');
  const title = useTitle()(one);
  const scoreText = useScoreText();
  const { show } = evaluationRoute.useSearch();
  const stop = useMutation({
    mutationFn: () => engine.call('stopEvaluation', { params: { id: one.flow, evaluation: one.id } }),
    onSuccess: () =>
      Promise.all(
        [
          ['evaluation', one.flow, one.id],
          ['evaluations', one.flow],
        ].map((queryKey) => queries.invalidateQueries({ queryKey })),
      ),
    onError: tell,
  });
  const flow = useQuery({
    queryKey: ['flow', one.flow],
    queryFn: ({ signal }) => engine.call('getFlow', { params: { id: one.flow } }, signal),
    retry: false,
  });
  const number = new Intl.NumberFormat(i18n.language);
  const { rows, done, passed, failed, means } = one.sum;
  const project = flow.data?.project;
  const here = project === undefined || project === 'default' ? undefined : project;
  return (
    <Page
      title={title}
      lead={t('evaluations.leadOf', { flow: flow.data?.name ?? one.flow, dataset: one.dataset.version })}
      acts={
        <>
          {one.state === 'running' && (
            <Button
              size="compact-sm"
              color="red"
              loading={stop.isPending}
              disabled={off !== undefined}
              title={off}
              onClick={() => stop.mutate()}
            >
              {t('evaluations.stop')}
            </Button>
          )}
          <CompareWith flow={one.flow} evaluation={one.id} />
        </>
      }
    >
      <Group gap="md">
        <EvaluationMark state={one.state} />
        <Text size="sm" role="status" className="hg-number">
          {t('evaluations.progress', { done: number.format(done), rows: number.format(rows), count: rows })} ·{' '}
          {t('evaluations.came', { passed: number.format(passed), failed: number.format(failed) })}
        </Text>
        {one.state === 'running' && (
          <Progress w={160} value={rows === 0 ? 0 : (100 * done) / rows} aria-label={t('evaluations.progressBar')} />
        )}
        <Text size="sm" c="var(--hg-quiet)">
          <When iso={one.created} />
        </Text>
        <Anchor
          component={Link}
          to={paths.evaluations({ project: here, flow: one.flow })}
          size="sm"
          underline="always"
          c="inherit"
        >
          {t('evaluations.all')}
        </Anchor>
        <Anchor component={Link} to={paths.dataset(one.dataset.id, here)} size="sm" underline="always" c="inherit">
          {t('evaluations.toDataset')}
        </Anchor>
      </Group>
      {one.problem !== null && <ProblemView problem={one.problem} />}
      <Group gap="lg" component="ul" p={0} m={0} style={{ listStyle: 'none' }} aria-label={t('evaluations.means')}>
        {one.scores.map((score, at) => (
          <li key={scoreKey(score)}>
            <Text size="xs" c="var(--hg-quiet)">
              {scoreKey(score)}
            </Text>
            <Text fw={600} className="hg-number">
              {scoreText(means[at] ?? null)}{' '}
              <Text span size="xs" fw={400} c="var(--hg-quiet)">
                {t('evaluations.from', { threshold: scoreText(thresholdOf(score)) })}
              </Text>
            </Text>
          </li>
        ))}
      </Group>
      <Results
        rows={one.rows}
        scores={one.scores.map(scoreKey)}
        over={one.state !== 'running'}
        show={show}
        set={(next) =>
          void navigate({
            to: '/evaluations/$flow/$evaluation',
            params: { flow: one.flow, evaluation: one.id },
            search: { show: next },
            replace: true,
          })
        }
      />
    </Page>
  );
};
