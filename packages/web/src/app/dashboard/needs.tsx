/** What needs a person: answers, doubts, promotions to approve, flows that fail, keys that run out. Nothing that needs nobody. */

import { Anchor, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useMayIn } from '../access/may.ts';
import { useEngine } from '../engine.tsx';
import { paths } from '../router/paths.ts';
import type { Answer } from '../transport/client.ts';
import { When } from '../ui/when.tsx';

const SOON = 14 * 86_400_000;
const MOST = 5;

type Need = { readonly key: string; readonly to: string; readonly text: string; readonly more?: ReactNode };

export const Needs = ({ told }: { readonly told: Answer<'getOverview'> }) => {
  const { t } = useTranslation();
  const engine = useEngine();
  const may = useMayIn();
  const manages = may('key.manage') === true;
  const keys = useQuery({
    queryKey: ['keys', manages ? 'workspace' : 'own'],
    queryFn: ({ signal }) => engine.call(manages ? 'listKeys' : 'listOwnKeys', {}, signal),
    retry: false,
  });
  const failures = useQuery({
    queryKey: ['failures', 'overview', told.from],
    queryFn: ({ signal }) => engine.call('listFailures', { query: { from: told.from } }, signal),
  });
  const now = Date.parse(told.to);
  const ending = (keys.data?.keys ?? []).filter(({ expires, revoked }) => {
    if (expires === null || revoked !== null) return false;
    const left = Date.parse(expires) - now;
    return left > 0 && left < SOON;
  });
  const { asks, promotions } = told;
  const needs: Need[] = [
    ...(asks.doubt === 0
      ? []
      : [{ key: 'doubt', to: paths.runsIn('in_doubt'), text: t('overview.needs.doubt', { count: asks.doubt }) }]),
    ...(asks.answer === 0
      ? []
      : [{ key: 'answer', to: paths.runsIn('waiting'), text: t('overview.needs.answer', { count: asks.answer }) }]),
    ...promotions.slice(0, MOST).map(({ id, flow, flowName, version, to, created }) => ({
      key: `promotion ${id}`,
      to: paths.flow(flow, { page: 'environments' }),
      text: t('overview.needs.promotion', { flow: flowName, version, to }),
      more: <When iso={created} />,
    })),
    ...(failures.data?.failures ?? []).slice(0, MOST).map(({ flow, flowName, step, code, count, last }) => ({
      key: `failure ${flow} ${step} ${code}`,
      to: paths.runsOf(flow, 'failed'),
      text: t('overview.needs.failure', {
        count,
        flow: flowName ?? flow,
        code: step === null ? code : `${step}: ${code}`,
      }),
      more: <When iso={last} />,
    })),
    ...ending.slice(0, MOST).map(({ id, name, expires }) => ({
      key: `key ${id}`,
      to: manages ? paths.trust('keys') : paths.settings('keys'),
      text: t('overview.needs.key', { name }),
      more: <When iso={expires} />,
    })),
  ];
  if (needs.length === 0) return <Text size="sm">{t('overview.needs.none')}</Text>;
  return (
    <Stack component="ul" gap={4} m={0} pl="md">
      {needs.map(({ key, to, text, more }) => (
        <li key={key}>
          <Group gap="xs">
            <Anchor component={Link} to={to} size="sm">
              {text}
            </Anchor>
            {more !== undefined && (
              <Text size="xs" c="var(--hg-quiet)">
                {more}
              </Text>
            )}
          </Group>
        </li>
      ))}
    </Stack>
  );
};
