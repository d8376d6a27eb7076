/** What became of it: how far it is while it runs, then what it answers, or why not. */

import { Anchor, Code, Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import type { RunFold } from '../editor/run/fold.ts';
import { RunWatch } from '../editor/run/watch.ts';
import { useEngine } from '../engine.tsx';
import { ProblemView } from '../problem/problem-view.tsx';
import { paths } from '../router/paths.ts';
import type { Answer } from '../transport/client.ts';
import { announce } from '../ui/announce.ts';
import { CopyButton } from '../ui/copy-button.tsx';
import { durationText } from '../ui/duration.ts';

const LargeValue = lazy(() => import('./large-value.tsx').then((module) => ({ default: module.LargeValue })));

/** A run of one's own, to be followed; a visit that is under way; or what a visitor was told. */
export type Shown = { readonly run: string } | { readonly since: number } | { readonly told: Answer<'visit'> };

export const Outcome = ({ shown }: { readonly shown: Shown }) => {
  if ('run' in shown) return <OwnRun key={shown.run} run={shown.run} />;
  if ('since' in shown) return <Working since={shown.since} />;
  return <Told told={shown.told} />;
};

const EACH = 1_000;

const Working = ({ since, detail }: { readonly since: number; readonly detail?: string }) => {
  const { t, i18n } = useTranslation();
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), EACH);
    return () => clearInterval(timer);
  }, []);
  return (
    <Stack gap={4}>
      <progress aria-label={t('forms.working')} style={{ width: '100%' }} />
      <Text size="sm" className="hg-number">
        {t('forms.working')} · {durationText(now - since, i18n.language)}
        {detail === undefined ? '' : ` · ${detail}`}
      </Text>
    </Stack>
  );
};

/** How many of the steps that came up are over, and the one that works now. */
const farOf = (fold: RunFold): { readonly over: number; readonly of: number; readonly now: string | null } => {
  const steps = [...fold.steps];
  const isOver = (state: string): boolean => state === 'done' || state === 'skipped' || state === 'failed';
  return {
    over: steps.filter(([, { state }]) => isOver(state)).length,
    of: steps.length,
    now: steps.find(([, { state }]) => state === 'running' || state === 'waiting')?.[0] ?? null,
  };
};

const OwnRun = ({ run }: { readonly run: string }) => {
  const { t } = useTranslation();
  const engine = useEngine();
  const [watch] = useState(() => new RunWatch(engine));
  const [since] = useState(() => Date.now());
  useEffect(() => {
    watch.watch(run);
    return () => watch.watch(null);
  }, [watch, run]);
  const { fold } = useSyncExternalStore(watch.subscribe, watch.state);
  const over = fold.ended !== null || fold.state === 'in_doubt';
  const view = useQuery({
    queryKey: ['run', run, fold.state],
    queryFn: ({ signal }) => engine.call('getRun', { params: { id: run }, query: { large: 'apart' } }, signal),
    enabled: over,
  });
  const { over: done, of, now } = farOf(fold);
  return (
    <Stack>
      {view.data === undefined ? (
        <Working
          since={since}
          detail={now === null ? t('forms.steps', { done, of }) : t('forms.stepsNow', { done, of, now })}
        />
      ) : (
        <Told told={view.data} run={run} />
      )}
      <Anchor component={Link} to={paths.run(run)} size="sm">
        {t('forms.toRun')}
      </Anchor>
    </Stack>
  );
};

type Result = {
  readonly state: string;
  readonly output?: unknown;
  readonly apart?: Answer<'getRun'>['apart'];
  readonly problem?: Answer<'getRun'>['problem'] | undefined;
};

/** `run`: a run of one's own, whose output is read by pages where it is large. */
const Told = ({ told, run }: { readonly told: Result; readonly run?: string }) => {
  const { t } = useTranslation();
  const heading = useRef<HTMLHeadingElement>(null);
  const { state, output, apart, problem } = told;
  const over = state === 'done' || state === 'failed' || state === 'cancelled' || state === 'in_doubt';
  const title = !over ? t('forms.goesOn') : state === 'done' ? t('forms.done') : t('forms.failed');
  useEffect(() => {
    announce(title);
    heading.current?.focus();
  }, [title]);
  return (
    <Stack gap="xs" component="section" aria-label={title}>
      <Title order={2} size="h4" ref={heading} tabIndex={-1}>
        {title}
      </Title>
      {!over && <Text size="sm">{t('forms.later')}</Text>}
      {problem !== undefined && problem !== null && <ProblemView problem={problem} />}
      {state === 'done' && (apart === undefined || run === undefined) && <Value value={output} />}
      {apart !== undefined && run !== undefined && (
        <Suspense fallback={<Skeleton h={160} />}>
          <LargeValue run={run} address={apart.output.value} />
        </Suspense>
      )}
    </Stack>
  );
};

const Value = ({ value }: { readonly value: unknown }) => {
  const { t } = useTranslation();
  if (value === null || value === undefined) return <Text size="sm">{t('forms.nothingToShow')}</Text>;
  const plain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  const text = plain ? String(value) : JSON.stringify(value, null, 2);
  return (
    <Stack gap={4}>
      <Group justify="end">
        <CopyButton value={text} />
      </Group>
      {plain ? (
        <Text style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>{text}</Text>
      ) : (
        <Code block tabIndex={0}>
          {text}
        </Code>
      )}
    </Stack>
  );
};
