/**
 * An agent's rounds, to be read: what its model was asked and said, each tool it called, with what, and what came back, who
 * approved, and what it took. An agent that is a tool of it stands within.
 */

import { Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { StateMark } from '../../editor/run/state-mark.tsx';
import type { StepState } from '../../editor/run/fold.ts';
import { ProblemView } from '../../problem/problem-view.tsx';
import { SaidText } from '../../ui/said-text.tsx';
import { Cost } from './cost.tsx';
import { Plain } from './plain.tsx';
import { type AgentView, keyOf, type Move, type Round, roundsOf, type Trace, type Wished } from './trace.ts';
import classes from './trace.module.css';

type Ways = {
  readonly trace: Trace;
  /** Nothing more comes of the run. */
  readonly over: boolean;
  /** Shows all of what a step gave; `item` as addresses have it. */
  readonly look: (step: string, item: string) => void;
  /** The answer to the question that a step asks; absent: it is answered elsewhere. */
  readonly approve?: (step: string) => ReactNode;
};

type Props = Ways & { readonly agent: AgentView };

export const AgentTrace = ({ agent, ...ways }: Props) => {
  const { t } = useTranslation();
  const rounds = roundsOf(agent, ways.over);
  return (
    <Stack gap={8}>
      <ol className={classes.rounds} aria-label={t('trace.rounds', { name: agent.step })}>
        {rounds.map((round, i) => (
          <li key={round.think.index}>
            <OneRound {...ways} agent={agent} round={round} nth={i + 1} last={i === rounds.length - 1} />
          </li>
        ))}
      </ol>
      {agent.problem !== null && <ProblemView problem={agent.problem} />}
    </Stack>
  );
};

/** What is at work when its run is over is at work no more. */
const stateOf = ({ state }: Move, over: boolean): StepState =>
  over && (state === 'running' || state === 'waiting') ? 'skipped' : state;

const took = ({ began, ended }: Move): number | null => (ended === null ? null : Math.max(0, ended - began));

type RoundProps = Props & { readonly round: Round; readonly nth: number; readonly last: boolean };

const OneRound = ({ agent, round, nth, last, ...ways }: RoundProps) => {
  const { t } = useTranslation();
  const { think, text, model, wishes } = round;
  const lookAt = (): void => ways.look(agent.step, [...agent.item, think.index].join('.'));
  const unfit = !last && think.ended !== null && wishes.length === 0 && think.problem === null;
  return (
    <Stack gap={6}>
      <div className={classes.head}>
        <StateMark state={stateOf(think, ways.over)} />
        <button type="button" className={classes.link} onClick={lookAt}>
          {t('trace.asked', { count: nth })}
        </button>
        {model !== null && (
          <Text span size="xs" c="dimmed">
            {model}
          </Text>
        )}
        <Cost used={think.used} took={took(think)} />
      </div>
      {text !== '' && <SaidText text={text} />}
      {think.problem !== null && agent.problem === null && <ProblemView problem={think.problem} />}
      {unfit && <Text size="sm">{t('trace.unfit')}</Text>}
      {wishes.map((wish, i) => (
        <OneWish key={i} {...ways} agent={agent} wish={wish} />
      ))}
    </Stack>
  );
};

const MARKS: Readonly<Record<Wished['state'], StepState>> = {
  done: 'done',
  failed: 'failed',
  refused: 'failed',
  mistaken: 'failed',
  unmade: 'skipped',
  waiting: 'waiting',
  running: 'running',
  next: 'queued',
};

const OneWish = ({ agent, wish, trace, over, look, approve }: Props & { readonly wish: Wished }) => {
  const { t } = useTranslation();
  const { name, input, state, approval, call } = wish;
  const at = call === null ? null : [...agent.item, call.index];
  const inner = at === null ? undefined : trace.agents.get(keyOf(name, at));
  const ended = over && (state === 'running' || state === 'waiting' || state === 'next');
  const comment = approval?.out !== null && approval?.out !== undefined ? commentOf(approval) : null;
  return (
    <section className={classes.call} aria-label={t('trace.call', { tool: name })}>
      <div className={classes.head}>
        <StateMark state={ended ? 'skipped' : MARKS[state]} mute />
        <strong>{name}</strong>
        <Text span size="sm">
          {t(ended ? 'trace.state.unmade' : `trace.state.${state}`)}
        </Text>
        {call !== null && <Cost used={call.used} took={took(call)} />}
      </div>
      <Plain label={t('trace.arguments')} shown={{ value: input }} />
      {approval !== null && (
        <Text size="sm">
          {t(`trace.why.${approval.why ?? 'chosen'}`)}{' '}
          {approval.ended !== null && t(state === 'refused' ? 'trace.wasRefused' : 'trace.wasApproved')}
          {comment !== null && `: ${comment}`}
        </Text>
      )}
      {state === 'waiting' && !over && approval !== null && approve?.(agent.step)}
      {inner !== undefined && <AgentTrace agent={inner} {...{ trace, over, look }} {...(approve ? { approve } : {})} />}
      {call?.out !== null && call?.out !== undefined && at !== null && (
        <Plain label={t('trace.answer')} shown={call.out} look={() => look(name, at.join('.'))} />
      )}
      {call?.problem !== null && call?.problem !== undefined && <ProblemView problem={call.problem} />}
    </section>
  );
};

const commentOf = ({ out }: Move): string | null => {
  const value: unknown = out !== null && 'value' in out ? out.value : null;
  const comment: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'comment') : null;
  return typeof comment === 'string' && comment !== '' ? comment : null;
};
