/** What agents did in a run, and what models say in it now: of one step, or of all of the run. */

import { Stack, Text } from '@mantine/core';
import { lazy, Suspense, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { RunEvent, RunFold } from '../../editor/run/fold.ts';
import { SaidText } from '../../ui/said-text.tsx';
import { AgentTrace } from './agent-trace.tsx';
import { keyOf, traceOf } from './trace.ts';

const AskHere = lazy(() => import('../../inbox/ask-here.tsx').then((module) => ({ default: module.AskHere })));

type Props = {
  readonly run: string;
  readonly events: readonly RunEvent[];
  readonly fold: RunFold;
  /** Undefined: the run as a whole. */
  readonly step: string | undefined;
  readonly look: (step: string, item: string) => void;
};

export const RunTraces = ({ run, events, fold, step, look }: Props) => {
  const { t } = useTranslation();
  const trace = useMemo(() => traceOf(events), [events]);
  const over = fold.ended !== null;
  // One within another stands there.
  const agents = [...trace.agents.values()].filter((one) =>
    step === undefined ? trace.top.has(one.step) && one.item.length === 0 : one.step === step,
  );
  const saying = [...trace.said].filter(
    ([key]) =>
      (step === undefined || key === step) && !trace.agents.has(key) && fold.steps.get(key)?.state === 'running',
  );
  const approve = (of: string) => (
    <Suspense fallback={null}>
      <AskHere run={run} step={of} />
    </Suspense>
  );
  if (agents.length === 0 && saying.length === 0) return null;
  return (
    <Stack gap="sm">
      {saying.map(([name, text]) => (
        <section key={name} aria-label={t('trace.says', { name })}>
          <Text size="sm" fw={600}>
            {t('trace.says', { name })}
          </Text>
          <SaidText text={text} />
        </section>
      ))}
      {agents.map((agent) => (
        <section
          key={keyOf(agent.step, agent.item)}
          aria-label={t('trace.title', { name: keyOf(agent.step, agent.item) })}
        >
          <Text component="h2" size="sm" fw={600} mb={6}>
            {t('trace.title', { name: agent.step })}
          </Text>
          <AgentTrace {...{ agent, trace, over, look, approve }} />
        </section>
      ))}
    </Stack>
  );
};
