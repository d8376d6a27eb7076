/** The steps of the run that answers a message, as they happen: an agent's rounds, what a model says, approvals, what it took. */

import { Button, Group, Stack } from '@mantine/core';
import type { Problem } from '@headgate/core';
import { lazy, Suspense, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import type { EditorSearch } from '../../router/paths.ts';
import { AgentTrace } from '../../runs/trace/agent-trace.tsx';
import { Cost } from '../../runs/trace/cost.tsx';
import { keyOf, type Trace, traceOf, type Used } from '../../runs/trace/trace.ts';
import traceClasses from '../../runs/trace/trace.module.css';
import { ProblemView } from '../../problem/problem-view.tsx';
import { announce } from '../../ui/announce.ts';
import { SaidText } from '../../ui/said-text.tsx';
import { useEditor, useWatched } from '../editor-context.ts';
import { Needs } from '../panel/needs/needs.tsx';
import type { RunFold, StepView } from '../run/fold.ts';
import { StateMark } from '../run/state-mark.tsx';
import { RunWatch, type Watched } from '../run/watch.ts';

const AskHere = lazy(() => import('../../inbox/ask-here.tsx').then((module) => ({ default: module.AskHere })));

/** The run that is shown on the flow is followed already; any other is followed here. */
export const useRunOf = (run: string): Watched => {
  const { watch, client } = useEditor();
  const shared = useWatched();
  const [own] = useState(() => new RunWatch(client));
  const isShared = shared.run === run && watch.state().run === run;
  useEffect(() => own.watch(isShared ? null : run), [own, run, isShared]);
  useEffect(() => () => own.watch(null), [own]);
  const mine = useSyncExternalStore(own.subscribe, own.state);
  return isShared ? shared : mine;
};

type Props = { readonly run: string; readonly show: (part: EditorSearch) => void; readonly live: boolean };

/** `live`: it is the answer that is waited for, so what happens is said to who hears the page. */
export const RunSteps = ({ run, show, live }: Props) => {
  const { t } = useTranslation();
  const { events, now } = useRunOf(run);
  const trace = useMemo(() => traceOf(events), [events]);
  useHeard(trace, live);
  const over = now.ended !== null;
  const look = (step: string, item: string): void => show({ run, step, item, tab: 'output' });
  const approve = (step: string) => (
    <Suspense fallback={null}>
      <AskHere run={run} step={step} />
    </Suspense>
  );
  return (
    <Stack gap={6}>
      <ol className={traceClasses.rounds} aria-label={t('playground.steps')}>
        {[...trace.top].map((step) => {
          const view = now.steps.get(step);
          const agent = trace.agents.get(step);
          return (
            <li key={step}>
              <div className={traceClasses.head}>
                <StateMark state={view?.state ?? null} />
                <button
                  type="button"
                  className={traceClasses.link}
                  onClick={() => show({ run, step, item: undefined, tab: 'output' })}
                >
                  {step}
                </button>
                <Cost used={usedBy(trace, step)} took={tookOf(view)} />
              </div>
              {agent !== undefined && <AgentTrace {...{ trace, agent, over, look, approve }} />}
              {agent === undefined && view?.state === 'running' && <SaidText text={trace.said.get(step) ?? ''} />}
              {agent === undefined && trace.asks.has(step) && !over && approve(step)}
              {view?.state === 'failed' && (
                <>
                  {agent === undefined && view.problem !== null && <ProblemView problem={toMend(view.problem)} />}
                  {view.problem?.code === 'grant.missing' && <Needs step={view.problem.at?.step ?? step} />}
                  <Button mt={4} size="compact-sm" variant="default" onClick={() => show({ step, tab: 'settings' })}>
                    {view.problem?.code === 'grant.missing' ? t('needs.go') : t('running.mend', { step })}
                  </Button>
                </>
              )}
            </li>
          );
        })}
      </ol>
      {over && now.problem !== null && !isTold(now) && <ProblemView problem={now.problem} />}
      {over && (
        <Group gap="xs">
          <Cost used={trace.total} took={(now.ended ?? 0) - (now.created ?? 0)} />
        </Group>
      )}
    </Stack>
  );
};

/** A power is lent below, or in the panel of the step: the text for programs is left out. */
const toMend = (problem: Problem): Problem => {
  if (problem.code !== 'grant.missing') return problem;
  const { fix: _, ...lacks } = problem;
  return lacks;
};

/** Does a step that failed stand there with what it failed of? */
const isTold = ({ steps }: RunFold): boolean => [...steps.values()].some(({ state }) => state === 'failed');

const tookOf = (view: StepView | undefined): number | null =>
  view === undefined || view.started === null || view.ended === null ? null : Math.max(0, view.ended - view.started);

/** What a step used, all that is within it included. */
const usedBy = (trace: Trace, step: string): Used => {
  const agent = trace.agents.get(keyOf(step));
  if (agent === undefined) return trace.used.get(step) ?? { tokens: 0, money: 0 };
  return agent.moves.reduce<Used>(
    (sum, { used }) => ({ tokens: sum.tokens + used.tokens, money: sum.money + used.money }),
    { tokens: 0, money: 0 },
  );
};

/** The latest move of any agent, said once when it begins or comes to wait. */
const useHeard = (trace: Trace, live: boolean): void => {
  const { t } = useTranslation();
  const heard = useRef('');
  useEffect(() => {
    if (!live) return;
    const move = [...trace.agents.values()].at(-1)?.moves.at(-1);
    if (move === undefined || move.ended !== null) return;
    const waits = move.do === 'approve' || move.state === 'waiting';
    const tool = move.tool ?? '';
    const text = waits
      ? t('playground.heard.waits', { tool })
      : move.do === 'call'
        ? t('playground.heard.calls', { tool })
        : '';
    if (text === '' || heard.current === `${move.index} ${text}`) return;
    heard.current = `${move.index} ${text}`;
    announce(text);
  }, [trace, live, t]);
};
