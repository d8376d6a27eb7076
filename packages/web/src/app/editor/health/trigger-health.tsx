/** How a trigger fares, at the top of its panel: when it looked and looks again, what it last started, and since when it fails and why. */

import { Anchor, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { ProblemView } from '../../problem/problem-view.tsx';
import { paths } from '../../router/paths.ts';
import { RunMark } from '../../runs/run-mark.tsx';
import type { Answer } from '../../transport/client.ts';
import { ago, When } from '../../ui/when.tsx';
import { useEditor } from '../editor-context.ts';

const FRESH = 10_000;

type Health = Answer<'listTriggers'>['triggers'][number];
type State = Parameters<typeof RunMark>[0]['state'];

export const TriggerHealth = ({ trigger }: { readonly trigger: string }) => {
  const { t } = useTranslation();
  const { client, draft } = useEditor();
  const { data } = useQuery({
    queryKey: ['flow', draft.id, 'triggers'],
    queryFn: ({ signal }) => client.call('listTriggers', { params: { id: draft.id } }, signal),
    refetchInterval: FRESH,
    retry: false,
  });
  const here = (data?.triggers ?? []).filter((one) => one.trigger === trigger);
  if (data === undefined) return null;
  return (
    <Stack gap={6} py="xs" component="section" aria-label={t('health.title')}>
      {here.length === 0 && <Text size="xs">{t('health.unpublished')}</Text>}
      {here.map((one) => (
        <One key={one.environment} health={one} many={here.length > 1} />
      ))}
    </Stack>
  );
};

const One = ({ health, many }: { readonly health: Health; readonly many: boolean }) => {
  const { t, i18n } = useTranslation();
  const { live, looked, next, last, failing, environment } = health;
  return (
    <Stack gap={4}>
      <Group gap="md">
        {many && (
          <Text size="xs" fw={600}>
            {environment}
          </Text>
        )}
        {!live && <Text size="xs">{t('health.off')}</Text>}
        {live && looked !== null && (
          <Text size="xs" component="div">
            {t('health.looked')} <When iso={looked} />
          </Text>
        )}
        {live && next !== null && (
          <Text
            size="xs"
            title={new Date(next).toLocaleString(i18n.language, { dateStyle: 'full', timeStyle: 'long' })}
          >
            {t('health.next', { when: ago(next, i18n.language) })}
          </Text>
        )}
        <Text size="xs" component="div">
          {last === null ? (
            t('health.none')
          ) : (
            <Group gap={6}>
              {t('health.last')}
              <Anchor component={Link} to={paths.run(last.id)} inherit underline="always">
                <When iso={last.created} />
              </Anchor>
              <RunMark state={last.state as State} />
            </Group>
          )}
        </Text>
      </Group>
      {failing !== null && (
        <>
          <Text size="xs" fw={600} c="var(--hg-failed)">
            {t('health.failing', { when: ago(failing.since, i18n.language), count: failing.times })}
          </Text>
          <ProblemView problem={failing.problem} />
        </>
      )}
    </Stack>
  );
};
