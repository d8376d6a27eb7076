/** The question that a step of a run asks, to be answered where the run is looked at; to whom others are asked, the way to the inbox. */

import { Anchor, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useEngine } from '../engine.tsx';
import { paths } from '../router/paths.ts';
import { AnswerForm } from './answer-form.tsx';
import { useAsk } from './asks.ts';
import classes from './inbox.module.css';

/** It is in the inbox a moment after the run tells of it. */
const SOON = 1_500;

type Props = { readonly run: string; readonly step: string };

export const AskHere = ({ run, step }: Props) => {
  const { t } = useTranslation();
  const engine = useEngine();
  const { data: asks, error } = useQuery({
    queryKey: ['asks', 'list', 'open', 'run', run],
    queryFn: async ({ signal }) =>
      (await engine.call('listAsks', { query: { state: 'open', limit: '200' } }, signal)).asks.filter(
        (one) => one.run === run,
      ),
    refetchInterval: ({ state }) => (state.error === null && (state.data ?? []).length === 0 ? SOON : false),
    retry: false,
  });
  const mine = (asks ?? []).filter((one) => one.step === step);
  if (mine.length > 0) return mine.map(({ id }) => <One key={id} id={id} />);
  if (asks === undefined && error === null) return null;
  return (
    <Text size="sm">
      {t('playground.othersAsked')}{' '}
      <Anchor component={Link} to={paths.inbox({ whose: 'all' })} inherit underline="always">
        {t('playground.inbox')}
      </Anchor>
    </Text>
  );
};

const One = ({ id }: { readonly id: string }) => {
  const { data: look } = useAsk(id);
  if (look === undefined || !look.yours) return null;
  return (
    <Stack gap="xs" component="section" aria-label={look.title}>
      <Text size="sm" fw={600}>
        {look.title}
      </Text>
      {look.text !== null && <p className={classes.text}>{look.text}</p>}
      <AnswerForm look={look} answered={() => undefined} />
    </Stack>
  );
};
