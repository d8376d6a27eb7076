/** One message of the conversation. An answer has the steps of its run, and what can be done with it. */

import { Anchor, Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { paths, type EditorSearch } from '../../router/paths.ts';
import { ProblemView } from '../../problem/problem-view.tsx';
import { announce } from '../../ui/announce.ts';
import { SaidText } from '../../ui/said-text.tsx';
import classes from './playground.module.css';
import { AnswerFiles } from './answer-files.tsx';
import { RunSteps } from './run-steps.tsx';
import { useAnswer } from './use-answer.ts';
import type { Message, Talk } from './use-talk.ts';

type Props = {
  readonly message: Message;
  readonly talk: Talk;
  readonly show: (part: EditorSearch) => void;
  /** It is the latest answer. */
  readonly last: boolean;
  /** What it answers. */
  readonly asked: string | null;
};

export const Turn = (props: Props) => {
  const { t } = useTranslation();
  const { message } = props;
  if (message.role === 'assistant') return <Answer {...props} />;
  return (
    <article className={classes.mine} aria-label={t('playground.you')}>
      <p className={classes.text}>{message.text}</p>
      {message.files.length > 0 && (
        <Text size="xs" c="dimmed">
          {message.files.map(({ name }) => name).join(', ')}
        </Text>
      )}
    </article>
  );
};

const Answer = ({ message, talk, show, last, asked }: Props) => {
  const { t } = useTranslation();
  const { state, problem } = message;
  const pending = state === 'pending';
  const said = useAnswer(message, talk.settled);
  const run = talk.runOf(message.id);
  const [open, setOpen] = useState(last);
  const waited = useRef(pending);
  const text = pending ? said : (message.text ?? '');
  useEffect(() => {
    if (pending || !waited.current) return;
    waited.current = false;
    announce(state === 'done' ? t('playground.answered', { text: text.slice(0, 300) }) : t('playground.noAnswer'));
  }, [pending, state, text, t]);
  return (
    <article className={classes.theirs} aria-label={t('playground.answer')} aria-busy={pending}>
      {run !== null && (
        <>
          <Group gap="xs">
            <Button size="compact-xs" variant="subtle" aria-expanded={open} onClick={() => setOpen((was) => !was)}>
              {t(open ? 'playground.hideSteps' : 'playground.showSteps')}
            </Button>
            <Anchor component={Link} to={paths.run(run)} size="xs">
              {t('playground.run')}
            </Anchor>
          </Group>
          {open && <RunSteps run={run} show={show} live={pending} />}
        </>
      )}
      {text !== '' && <SaidText text={text} />}
      <AnswerFiles message={message} flow={talk.id} />
      {pending && (
        <Text size="sm" c="dimmed">
          {t('playground.writes')}
        </Text>
      )}
      {problem !== null && (run === null || !open) && <ProblemView problem={problem} />}
      {!pending && (
        <Group gap={4}>
          {state === 'done' && <Votes message={message} talk={talk} />}
          {last && asked !== null && (
            <Button
              size="compact-xs"
              variant="default"
              loading={talk.send.isPending}
              onClick={() => talk.send.mutate({ text: asked })}
            >
              {t('playground.again')}
            </Button>
          )}
        </Group>
      )}
    </article>
  );
};

const VOTES = [
  [1, 'good'],
  [-1, 'bad'],
] as const;

const Votes = ({ message, talk }: Pick<Props, 'message' | 'talk'>) => {
  const { t } = useTranslation();
  const [why, setWhy] = useState<string | null>(null);
  return (
    <Stack gap={4}>
      <Group gap={4}>
        {VOTES.map(([vote, name]) => (
          <Button
            key={name}
            size="compact-xs"
            variant={message.vote === vote ? 'light' : 'subtle'}
            aria-pressed={message.vote === vote}
            onClick={() => {
              const next = message.vote === vote ? 0 : vote;
              talk.vote(message.id, next);
              setWhy(next === -1 ? '' : null);
            }}
          >
            {t(`playground.${name}`)}
          </Button>
        ))}
      </Group>
      {why !== null && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            talk.vote(message.id, -1, why);
            setWhy(null);
          }}
        >
          <Group gap={4} align="end">
            <TextInput
              size="xs"
              label={t('playground.why')}
              value={why}
              maxLength={2_000}
              onChange={(event) => setWhy(event.currentTarget.value)}
            />
            <Button size="xs" type="submit" variant="default">
              {t('playground.keepWhy')}
            </Button>
          </Group>
        </form>
      )}
    </Stack>
  );
};
