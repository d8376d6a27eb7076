/**
 * Somebody agrees to a connection: the way to the service, and the wait until its answer is here.
 *
 * AG1 The service opens in a window of its own by a link that the person follows: no browser holds that back, and the window
 *     learns nothing of this one. That it is done is asked of the engine, never of the window.
 */

import { Anchor, Button, Code, Group, Loader, Stack, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useEngine } from '../engine.tsx';
import { FailureView } from '../problem/problem-view.tsx';
import { CopyButton } from '../ui/copy-button.tsx';

/** How often it is asked for while somebody waits; milliseconds. */
const EVERY = 1_000;

type Props = {
  readonly project: string;
  readonly name: string;
  readonly environment: string;
  /** It holds now. */
  readonly done: () => void;
  readonly cancel: () => void;
};

export const Agree = ({ project, name, environment, done, cancel }: Props) => {
  const { t } = useTranslation();
  const engine = useEngine();
  const at = { project, environment };
  const before = useRef<string | null>(null);
  const begin = useMutation({
    mutationFn: async () => {
      before.current = (await engine.call('getConnection', { params: { name }, query: at })).connected;
      return engine.call('connect', { params: { name }, body: at });
    },
  });
  const { mutate, data: next } = begin;
  const begun = useRef(false);
  useEffect(() => {
    if (begun.current) return;
    begun.current = true;
    mutate();
  }, [mutate]);
  const standing = useQuery({
    queryKey: ['connection', project, name, environment],
    enabled: next !== undefined,
    refetchInterval: EVERY,
    queryFn: ({ signal }) => engine.call('getConnection', { params: { name }, query: at }, signal),
  });
  const since = standing.data?.connected ?? null;
  const holds = next !== undefined && since !== null && since !== before.current;
  const told = useRef(false);
  useEffect(() => {
    if (!holds || told.current) return;
    told.current = true;
    done();
  }, [holds, done]);
  const host = next === undefined || next.next === 'done' ? '' : new URL(next.url).host;
  return (
    <Stack gap="sm">
      {begin.error !== null && <FailureView error={begin.error} again={() => mutate()} />}
      {next?.next === 'browser' && (
        <>
          <Text size="sm">{t('connections.agree.text', { host })}</Text>
          <Group>
            <Button component="a" href={next.url} target="_blank" rel="noopener noreferrer" data-autofocus>
              {t('connections.agree.open', { host })}
            </Button>
          </Group>
        </>
      )}
      {next?.next === 'device' && (
        <>
          <Text size="sm">{t('connections.agree.device')}</Text>
          <Anchor href={next.complete ?? next.url} target="_blank" rel="noopener noreferrer" data-autofocus>
            {next.url}
          </Anchor>
          <Group gap="sm">
            <Code fz="xl" aria-label={t('connections.agree.code')}>
              {next.code}
            </Code>
            <CopyButton value={next.code} />
          </Group>
        </>
      )}
      {standing.error !== null && <FailureView error={standing.error} />}
      {next !== undefined && begin.error === null && (
        <Group gap="xs" role="status">
          <Loader size={14} aria-hidden />
          <Text size="sm" c="var(--hg-quiet)">
            {t('connections.agree.waiting', { name })}
          </Text>
        </Group>
      )}
      <Group justify="end">
        <Button variant="default" onClick={cancel}>
          {t('connections.agree.later')}
        </Button>
      </Group>
    </Stack>
  );
};
