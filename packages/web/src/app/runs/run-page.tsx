/** One run: its state as it changes, its steps in time, what became of each, and running it again. */

import { Anchor, Button, Group, Skeleton, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useMemo, useState, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { RunWatch } from '../editor/run/watch.ts';
import { useEngine } from '../engine.tsx';
import { FailureView, ProblemView } from '../problem/problem-view.tsx';
import { paths } from '../router/paths.ts';
import { runRoute } from '../router/router.tsx';
import { Refusal } from '../transport/client.ts';
import { CopyButton } from '../ui/copy-button.tsx';
import { durationText } from '../ui/duration.ts';
import { notify } from '../ui/notices.tsx';
import { PageTitle } from '../ui/page-title.tsx';
import { useRunSign } from '../ui/run-sign.ts';
import { When } from '../ui/when.tsx';
import { CompareWith } from './compare-with.tsx';
import { lanesOf, sourcesOf } from './lanes.ts';
import { isWaiting } from '../editor/run/fold.ts';
import { RunMark } from './run-mark.tsx';
import classes from './runs-page.module.css';
import { StepDetails } from './step-details.tsx';
import { Waterfall } from './waterfall.tsx';

const Compare = lazy(() => import('./compare.tsx').then((module) => ({ default: module.Compare })));
const Values = lazy(() => import('./values.tsx').then((module) => ({ default: module.Values })));
const RunTraces = lazy(() => import('./trace/run-traces.tsx').then((module) => ({ default: module.RunTraces })));
const AddRun = lazy(() => import('../evaluations/add-run.tsx').then((module) => ({ default: module.AddRun })));
const EditAgain = lazy(() => import('./edit-again.tsx').then((module) => ({ default: module.EditAgain })));

export const RunPage = () => {
  const { run } = runRoute.useParams();
  const { with: other, step } = runRoute.useSearch();
  const navigate = useNavigate();
  if (other === undefined) return <OneRun key={run} id={run} />;
  return (
    <Suspense fallback={null}>
      <Compare
        key={`${run} ${other}`}
        left={run}
        right={other}
        step={step}
        choose={(one) =>
          void navigate({ to: '/runs/$run', params: { run }, search: { with: other, step: one }, replace: true })
        }
      />
    </Suspense>
  );
};

const OneRun = ({ id }: { readonly id: string }) => {
  const { t, i18n } = useTranslation();
  const engine = useEngine();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const search = runRoute.useSearch();
  const { step, side } = search;
  const [watch] = useState(() => new RunWatch(engine));
  const [edits, setEdits] = useState(false);
  const [keeps, setKeeps] = useState(false);
  useEffect(() => {
    watch.watch(id);
    return () => watch.watch(null);
  }, [watch, id]);
  const { fold, events } = useSyncExternalStore(watch.subscribe, watch.state);
  const over = fold.ended !== null;
  const run = useQuery({
    queryKey: ['run', id, fold.state],
    queryFn: ({ signal }) => engine.call('getRun', { params: { id }, query: { large: 'apart' } }, signal),
    placeholderData: (before) => before,
  });
  const flow = useQuery({
    queryKey: ['flow', run.data?.flow],
    queryFn: ({ signal }) => engine.call('getFlow', { params: { id: run.data?.flow ?? '' } }, signal),
    enabled: run.data !== undefined,
    retry: false,
  });
  const reruns = useQuery({
    queryKey: ['runs', 'again', id],
    queryFn: ({ signal }) =>
      engine.call(
        'listRuns',
        { query: { rerunOf: id, flow: run.data?.flow ?? '', from: run.data?.created ?? '', limit: '20' } },
        signal,
      ),
    enabled: run.data !== undefined,
  });
  const version_ = run.data?.version ?? null;
  const ran = useQuery({
    queryKey: ['version', run.data?.flow, version_],
    queryFn: ({ signal }) =>
      engine.call('getVersion', { params: { id: run.data?.flow ?? '', version: String(version_) } }, signal),
    enabled: version_ !== null,
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const doc = version_ === null ? flow.data?.draft : ran.data?.doc;
  const lanes = useMemo(() => lanesOf(events, sourcesOf(doc), fold.created), [events, doc, fold.created]);
  const failed = (error: unknown): void =>
    notify(error instanceof Refusal ? { problem: error.problem } : { text: t('common.unreached.title') });
  const cancel = useMutation({
    mutationFn: () => engine.call('cancelRun', { params: { id }, body: {} }),
    onSuccess: () => notify({ text: t('runs.cancelled') }),
    onError: failed,
  });
  const again = useMutation({
    mutationFn: (body: { failed?: true; from?: string }) => engine.call('rerunRun', { params: { id }, body }),
    onSuccess: async (made) => {
      await queries.invalidateQueries({ queryKey: ['runs'] });
      await navigate({ to: '/runs/$run', params: { run: made.id } });
    },
    onError: failed,
  });
  const choose = (one: string | undefined): void =>
    void navigate({ to: '/runs/$run', params: { run: id }, search: { side, step: one }, replace: true });
  const name = flow.data?.name ?? run.data?.flow ?? id;
  const title = t('runs.run', { flow: name });
  useRunSign(title, events.length === 0 ? null : fold.state);

  if (run.error !== null) return <FailureView error={run.error} again={() => void run.refetch()} />;
  if (run.data === undefined)
    return (
      <Stack p="md" aria-busy aria-label={title} role="status">
        <Skeleton h={32} w={320} />
        <Skeleton h={320} />
      </Stack>
    );
  const input = fold.input !== null && 'value' in fold.input ? fold.input : null;
  const { flow: flowId, rerunOf, parent, problem, version } = run.data;
  const told = isWaiting(fold) ? 'waiting' : fold.state;
  const now = events.length === 0 ? run.data.state : told;
  const chosen = step === undefined ? undefined : fold.steps.get(step);
  // Less than this is the engine at work, and no queue.
  const stood = Math.max(0, (fold.started ?? fold.ended ?? Date.now()) - (fold.created ?? Date.now()) - 50);
  const time = fold.started === null ? null : (fold.ended ?? Date.now()) - fold.started;
  return (
    <Stack p="md" gap="sm">
      <Group justify="space-between">
        <Group>
          <PageTitle text={title} />
          <RunMark state={now} />
          <Text size="sm" c="dimmed" className="hg-number">
            {version === null ? t('runs.draft') : t('runs.version', { version })} ·{' '}
            {run.data.trigger.id ?? run.data.trigger.kind} · <When iso={run.data.created} />
            {time !== null && ` · ${durationText(time, i18n.language)}`}
            {stood > 0 && ` · ${t('overview.queue.stood', { time: durationText(stood, i18n.language) })}`}
          </Text>
        </Group>
        <Group gap="xs">
          <CopyButton value={id} label={t('runs.copyId')} />
          {!over && (
            <Button size="compact-sm" color="red" loading={cancel.isPending} onClick={() => cancel.mutate()}>
              {t('runs.cancel')}
            </Button>
          )}
          <Button size="compact-sm" variant="default" loading={again.isPending} onClick={() => again.mutate({})}>
            {t('runs.again')}
          </Button>
          <Button size="compact-sm" variant="default" onClick={() => setEdits(true)}>
            {t('again.open')}
          </Button>
          {fold.state === 'failed' && (
            <Button size="compact-sm" variant="default" onClick={() => again.mutate({ failed: true })}>
              {t('runs.againFailed')}
            </Button>
          )}
          {step !== undefined && chosen !== undefined && (
            <Button size="compact-sm" variant="default" onClick={() => again.mutate({ from: step })}>
              {t('runs.againFrom', { step })}
            </Button>
          )}
          <Button
            size="compact-sm"
            variant="default"
            disabled={!over || input === null}
            title={over ? (input === null ? t('evaluations.addRun.large') : undefined) : t('evaluations.addRun.wait')}
            onClick={() => setKeeps(true)}
          >
            {t('evaluations.addRun.open')}
          </Button>
          <CompareWith run={id} flow={flowId} rerunOf={rerunOf} />
          <Button size="compact-sm" variant="default" component={Link} to={paths.flow(flowId, { run: id })}>
            {t('runs.openFlow')}
          </Button>
        </Group>
      </Group>
      <Group gap="md">
        {rerunOf !== null && (
          <Anchor component={Link} to={paths.run(rerunOf)} size="sm">
            {t('runs.rerunOf', { run: rerunOf })}
          </Anchor>
        )}
        {parent !== null && (
          <Anchor component={Link} to={paths.run(parent)} size="sm">
            {t('runs.callOf', { run: parent })}
          </Anchor>
        )}
        {(reruns.data?.runs ?? []).length > 0 && (
          <Text size="sm">
            {t('runs.reruns')}{' '}
            {reruns.data?.runs.map((one) => (
              <Anchor key={one.id} component={Link} to={paths.run(one.id)} mr="xs">
                {one.id}
              </Anchor>
            ))}
          </Text>
        )}
      </Group>
      {problem !== null && <ProblemView problem={problem} />}
      {keeps && input !== null && (
        <Suspense fallback={null}>
          <AddRun
            run={id}
            project={flow.data?.project ?? 'default'}
            input={input.value}
            output={fold.output}
            close={() => setKeeps(false)}
          />
        </Suspense>
      )}
      {edits && (
        <Suspense fallback={null}>
          <EditAgain
            run={id}
            from={step !== undefined && chosen !== undefined ? step : undefined}
            close={() => setEdits(false)}
            made={(run) => void navigate({ to: '/runs/$run', params: { run } })}
          />
        </Suspense>
      )}
      <Text size="xs" c="dimmed" id="waterfall-help">
        {t('runs.help')}
      </Text>
      <Group align="start" gap="md">
        <div className={classes.lanes}>
          {lanes.length === 0 ? (
            <Text size="sm">{t('runs.noSteps')}</Text>
          ) : (
            <Waterfall
              lanes={lanes}
              fold={fold}
              step={step}
              choose={choose}
              open={(one) =>
                void navigate({
                  to: '/flows/$flow',
                  params: { flow: flowId },
                  search: { step: one, run: id, tab: 'output' },
                })
              }
            />
          )}
        </div>
        <Stack className={classes.details} gap="xs">
          {step !== undefined && chosen !== undefined && (
            <StepDetails flow={flowId} run={id} step={step} view={chosen} close={() => choose(undefined)} />
          )}
          {events.some(({ type, data }) => type === 'step.said' || (type === 'block.opened' && isAgent(data))) && (
            <Suspense fallback={null}>
              <RunTraces
                run={id}
                events={events}
                fold={fold}
                step={chosen === undefined ? undefined : step}
                look={(one, item) =>
                  void navigate({
                    to: '/runs/$run',
                    params: { run: id },
                    search: { step: one, item, side: 'out' },
                    replace: true,
                  })
                }
              />
            </Suspense>
          )}
          <Suspense fallback={<Skeleton h={160} />}>
            <Values
              flow={flowId}
              run={id}
              step={chosen === undefined ? undefined : step}
              fold={fold}
              events={events}
              search={search}
              show={(part) =>
                void navigate({
                  to: '/runs/$run',
                  params: { run: id },
                  search: (was) => ({ ...was, ...part }),
                  replace: true,
                })
              }
            />
          </Suspense>
        </Stack>
      </Group>
    </Stack>
  );
};

/** Is it an agent that this event began? */
const isAgent = (data: unknown): boolean => typeof data === 'object' && data !== null && 'next' in data;
