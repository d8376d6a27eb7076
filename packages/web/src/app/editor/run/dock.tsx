/** The run that is looked at, docked below the flow: looking back in time, and its log. */

import { Button, CloseButton, Group, Stack, Text } from '@mantine/core';
import { everyStep, type Problem } from '@headgate/core';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { EditorSearch } from '../../router/paths.ts';
import { durationText } from '../../ui/duration.ts';
import { useEditor, useFlow, useWatched } from '../editor-context.ts';
import { placeText } from '../../problem/problem-view.tsx';
import { heldIn, isWaiting } from './fold.ts';
import { RunMark } from '../../runs/run-mark.tsx';

// Most runs are never held.
const Holding = lazy(() => import('./holding.tsx').then((module) => ({ default: module.Holding })));

const EditAgain = lazy(() => import('../../runs/edit-again.tsx').then((module) => ({ default: module.EditAgain })));

type Props = { readonly show: (part: EditorSearch, replace?: boolean) => void };

/** `open`: the step whose panel is open. */
export const Dock = ({ show, open }: Props & { readonly open: string | undefined }) => {
  const { now } = useWatched();
  return (
    <>
      {heldIn(now).length > 0 && (
        <Suspense fallback={null}>
          <Holding show={show} open={open} />
        </Suspense>
      )}
      <Time show={show} />
    </>
  );
};

const Time = ({ show }: Props) => {
  const { t, i18n } = useTranslation();
  const { watch } = useEditor();
  const { run, fold, events, at } = useWatched();
  const [edits, setEdits] = useState(false);
  if (run === null || events.length === 0) return null;
  const seq = at ?? fold.last;
  const of = events.at(-1)?.seq ?? 0;
  const event = events.findLast((one) => one.seq <= seq);
  const since = event === undefined ? 0 : Date.parse(event.at) - (fold.created ?? 0);
  return (
    <section
      aria-label={t('running.dock')}
      style={{ borderTop: '1px solid var(--hg-line)', background: 'var(--hg-surface)', padding: '6px 16px' }}
    >
      <Group gap="sm">
        <RunMark state={isWaiting(fold) ? 'waiting' : fold.state} />
        <input
          type="range"
          min={1}
          max={of}
          value={seq}
          aria-label={t('running.time')}
          aria-valuetext={`${t('running.timeText', { at: seq, of })}: ${event?.type ?? ''} ${event?.step ?? ''}`}
          onChange={({ currentTarget }) => watch.lookBack(Number(currentTarget.value))}
          style={{ flex: 1, minWidth: 120, height: 24 }}
        />
        <Text size="sm" className="hg-number" miw={260}>
          {t('running.timeText', { at: seq, of })} · {durationText(since, i18n.language)}
          {event?.step !== undefined && ` · ${event.step}`}
        </Text>
        {at !== null && (
          <Button size="compact-sm" variant="light" onClick={() => watch.lookBack(null)}>
            {t('running.now')}
          </Button>
        )}
        <Button size="compact-sm" variant="default" onClick={() => setEdits(true)}>
          {t('again.open')}
        </Button>
        <CloseButton aria-label={t('running.closeRun')} onClick={() => show({ run: undefined })} />
      </Group>
      {fold.problem !== null && <WhatFailed problem={fold.problem} show={show} />}
      {edits && (
        <Suspense fallback={null}>
          <EditAgain
            run={run}
            from={undefined}
            close={() => setEdits(false)}
            made={(made) => {
              setEdits(false);
              show({ run: made });
            }}
          />
        </Suspense>
      )}
      {fold.logs.length > 0 && (
        <Stack gap={0} mah={140} style={{ overflowY: 'auto' }} role="log" aria-label={t('running.logs')} tabIndex={0}>
          {fold.logs.map(({ at: when, level, text, step }, index) => (
            <Text
              key={`${when} ${index}`}
              size="xs"
              ff="monospace"
              c={level === 'error' ? 'var(--hg-failed)' : undefined}
            >
              +{durationText(when - (fold.created ?? when), i18n.language)} {level} {step ?? ''} {text}
            </Text>
          ))}
        </Stack>
      )}
    </section>
  );
};

/** What the run failed of, and the way to the step in which it is mended. */
const WhatFailed = ({ problem, show }: Props & { readonly problem: Problem }) => {
  const { t } = useTranslation();
  const flow = useFlow();
  // It is the flow that is looked at.
  const { flow: _, ...place } = problem.at ?? {};
  const step = [...everyStep(flow)].some(({ id }) => id === problem.at?.step) ? problem.at?.step : undefined;
  return (
    <Group gap="sm" wrap="nowrap" py={4} role="status">
      <Text size="sm" truncate title={problem.text} style={{ flex: 1 }}>
        {placeText(place) !== '' && (
          <Text span size="sm" fw={600} c="var(--hg-failed)">
            {placeText(place)}:{' '}
          </Text>
        )}
        {problem.text}
      </Text>
      {step !== undefined && (
        <Button size="compact-sm" variant="default" flex="none" onClick={() => show({ step, tab: undefined })}>
          {t('running.mend', { step })}
        </Button>
      )}
    </Group>
  );
};
