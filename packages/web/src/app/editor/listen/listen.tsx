/**
 * A webhook is tried out: an address for some minutes, a shell's text that sends to it, and what came. Each delivery runs the
 * draft at once; an earlier one can be the input of draft runs.
 */

import { Anchor, Button, Code, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { Trigger } from '@headgate/core';
import { useTranslation } from 'react-i18next';
import type { EditorSearch } from '../../router/paths.ts';
import { RunMark } from '../../runs/run-mark.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { notify } from '../../ui/notices.tsx';
import { When } from '../../ui/when.tsx';
import { exampleOf } from '../api/snippets.ts';
import { useEditor, useFlow } from '../editor-context.ts';
import { useAddresses } from '../publish/addresses.ts';
import { Besides, ReplaceAddress } from '../publish/replace-address.tsx';
import { useKept } from '../run/use-beside.ts';
import { signedCurl, signingOf } from './signed-curl.ts';
import { deliveriesKey, useListening } from './use-listening.ts';

type Props = { readonly trigger: Trigger; readonly show: (part: EditorSearch) => void };

/** So many deliveries are looked back at. */
const KEPT = '10';

export const Listen = ({ trigger, show }: Props) => {
  const { t } = useTranslation();
  const flow = useFlow();
  const { listens, begin, busy, end } = useListening(trigger.id, (run) => show({ run }));
  const signing = signingOf(trigger.with);
  const method = trigger.with?.['method'];
  const curl =
    listens === null
      ? ''
      : signedCurl(
          listens.url,
          exampleOf(flow.input ?? { type: 'object' }),
          signing,
          typeof method === 'string' ? method : undefined,
        );
  return (
    <Stack
      component="section"
      gap="xs"
      p="sm"
      aria-label={t('listen.title')}
      style={{ borderBottom: '1px solid var(--hg-line)', background: 'var(--hg-surface)' }}
    >
      {listens === null ? (
        <Group gap="sm" wrap="nowrap">
          <Button size="compact-sm" style={{ flexShrink: 0 }} loading={busy} onClick={begin}>
            {t('listen.begin')}
          </Button>
          <Text size="xs" c="dimmed">
            {t('listen.lead')}
          </Text>
        </Group>
      ) : (
        <>
          <Group gap="sm">
            <Text size="sm" fw={600} c="var(--hg-running)">
              <span aria-hidden style={{ marginInlineEnd: 6 }}>
                ◐
              </span>
              {t('listen.waits')}
            </Text>
            <Text size="xs" c="dimmed">
              {t('listen.until')} <When iso={listens.until} />
            </Text>
            <Button size="compact-sm" variant="default" ml="auto" onClick={end}>
              {t('listen.end')}
            </Button>
          </Group>
          <Group gap="xs">
            <Text size="sm">{t('listen.address')}</Text>
            <CopyButton value={listens.url} label={t('publish.copyUrl')} />
            <CopyButton value={curl} label={t('publish.copyCurl')} />
          </Group>
          <Code block tabIndex={0} aria-label={t('listen.curl')}>
            {curl}
          </Code>
          {signing !== null && (
            <Text size="xs" c="dimmed">
              {t('listen.signed', { preset: signing })}
            </Text>
          )}
        </>
      )}
      <Published trigger={trigger.id} />
      <Deliveries trigger={trigger.id} show={show} />
    </Stack>
  );
};

/** The address that stays, where the flow is published with this webhook. */
const Published = ({ trigger }: { readonly trigger: string }) => {
  const { t } = useTranslation();
  const { data } = useAddresses();
  if (data === undefined) return null;
  const there = data.webhooks.find((one) => one.trigger === trigger);
  if (there === undefined)
    return (
      <Text size="xs" c="dimmed">
        {t('address.unpublished')}
      </Text>
    );
  return (
    <Stack gap={4}>
      <Group gap="xs">
        <Text size="sm">{t('address.published')}</Text>
        <CopyButton value={there.url} label={t('publish.copyUrl')} />
        <ReplaceAddress trigger={trigger} />
      </Group>
      <Code block tabIndex={0} aria-label={t('address.published')}>
        {there.url}
      </Code>
      <Besides until={there.until} />
    </Stack>
  );
};

const Deliveries = ({ trigger, show }: { readonly trigger: string; readonly show: Props['show'] }) => {
  const { t } = useTranslation();
  const { client, draft } = useEditor();
  const kept = useKept();
  const { data } = useQuery({
    queryKey: deliveriesKey(draft.id, trigger),
    queryFn: ({ signal }) => client.call('listRuns', { query: { flow: draft.id, trigger, limit: KEPT } }, signal),
  });
  const runs = data?.runs ?? [];
  if (runs.length === 0) return null;
  const take = async (run: string): Promise<void> => {
    const { events } = await client.call('getJournal', { params: { id: run }, query: { limit: '1' } });
    const input: unknown = Reflect.get(Object(events[0]?.data), 'input');
    if (typeof Reflect.get(Object(input), '$blob') === 'string') return notify({ text: t('listen.large') });
    kept.input(input ?? {});
    notify({ text: t('listen.taken') });
  };
  return (
    <Stack gap={4}>
      <Text size="sm" fw={600}>
        {t('listen.deliveries')}
      </Text>
      {runs.map(({ id, state, created, version }) => (
        <Group key={id} gap="sm" wrap="nowrap">
          <RunMark state={state} />
          <Text size="xs">
            <When iso={created} /> · {version === null ? t('runs.draft') : t('runs.version', { version })}
          </Text>
          <Group gap="sm" ml="auto" wrap="nowrap">
            <Anchor component="button" type="button" size="xs" onClick={() => show({ run: id })}>
              {t('listen.look')}
            </Anchor>
            <Anchor
              component="button"
              type="button"
              size="xs"
              onClick={() => void take(id).catch(() => notify({ text: t('common.unreached.title') }))}
            >
              {t('listen.take')}
            </Anchor>
          </Group>
        </Group>
      ))}
    </Stack>
  );
};
