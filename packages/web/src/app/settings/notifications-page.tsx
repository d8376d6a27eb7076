/** How one is told of things: for each kind in the app, and by mail at once, hourly, daily or never. All of it acts at once. */

import { Checkbox, NativeSelect, Stack, Table, Text, TextInput } from '@mantine/core';
import { MAIL_WAYS, NOTICE_KINDS, type NoticeKind, type NoticeWays } from '@headgate/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useEngine } from '../engine.tsx';
import { Loaded } from '../problem/loaded.tsx';
import { tell } from '../problem/tell.ts';
import type { Answer } from '../transport/client.ts';
import { announce } from '../ui/announce.ts';
import { Page } from '../ui/page.tsx';
import { Section } from '../ui/section.tsx';

type Settings = Answer<'getNotificationSettings'>;
const KEY = ['notifications', 'settings'] as const;

export const NotificationSettings = () => {
  const { t } = useTranslation();
  const engine = useEngine();
  const settings = useQuery({
    queryKey: KEY,
    queryFn: ({ signal }) => engine.call('getNotificationSettings', {}, signal),
  });
  return (
    <Page title={t('settings.pages.notifications')} lead={t('notifications.settings.lead')}>
      <Loaded query={settings}>{(now) => <Form now={now} />}</Loaded>
    </Page>
  );
};

const Form = ({ now }: { readonly now: Settings }) => {
  const { t } = useTranslation();
  const engine = useEngine();
  const queries = useQueryClient();
  // Who chose nothing yet is where his browser is.
  const [zone, setZone] = useState(now.chosen ? now.zone : Intl.DateTimeFormat().resolvedOptions().timeZone);
  const save = useMutation({
    mutationFn: ({ kinds, hour, zone: where }: Pick<Settings, 'kinds' | 'hour' | 'zone'>) =>
      engine.call('putNotificationSettings', { body: { kinds, hour, zone: where } }),
    onSuccess: () => announce(t('notifications.settings.saved')),
    onError: (error) => {
      void queries.invalidateQueries({ queryKey: KEY });
      tell(error);
    },
  });
  const put = (part: Partial<Pick<Settings, 'kinds' | 'hour' | 'zone'>>): void => {
    const next = { ...now, zone, ...part, chosen: true };
    // An answer that is on its way is of before, and must not undo on the screen what was just chosen.
    void queries.cancelQueries({ queryKey: KEY });
    queries.setQueryData(KEY, next);
    save.mutate(next);
  };
  const set = (kind: NoticeKind, ways: NoticeWays): void => put({ kinds: { ...now.kinds, [kind]: ways } });
  return (
    <Stack gap="xl">
      <Table maw={760}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th scope="col">{t('notifications.settings.what')}</Table.Th>
            <Table.Th scope="col">{t('notifications.settings.app')}</Table.Th>
            <Table.Th scope="col">{t('notifications.settings.mail')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {NOTICE_KINDS.map((kind) => {
            const text = t(`notifications.kinds.${kind.replace('.', '_') as 'run_failed'}`);
            const ways = now.kinds[kind];
            return (
              <Table.Tr key={kind}>
                <Table.Th scope="row" fw={400}>
                  {text}
                </Table.Th>
                <Table.Td>
                  <Checkbox
                    aria-label={t('notifications.settings.appOf', { text })}
                    checked={ways.app}
                    onChange={({ currentTarget }) => set(kind, { ...ways, app: currentTarget.checked })}
                  />
                </Table.Td>
                <Table.Td>
                  <NativeSelect
                    size="xs"
                    aria-label={t('notifications.settings.mailOf', { text })}
                    value={ways.mail}
                    disabled={!now.mail}
                    onChange={({ currentTarget: { value } }) =>
                      set(kind, { ...ways, mail: MAIL_WAYS.find((one) => one === value) ?? 'off' })
                    }
                    data={MAIL_WAYS.map((one) => ({ value: one, label: t(`notifications.settings.ways.${one}`) }))}
                  />
                </Table.Td>
              </Table.Tr>
            );
          })}
        </Table.Tbody>
      </Table>
      {now.mail ? (
        <Section title={t('notifications.settings.daily')}>
          <NativeSelect
            label={t('notifications.settings.hour')}
            maw={260}
            value={String(now.hour)}
            onChange={({ currentTarget }) => put({ hour: Number(currentTarget.value) })}
            data={Array.from({ length: 24 }, (_, hour) => ({
              value: String(hour),
              label: `${String(hour).padStart(2, '0')}:00`,
            }))}
          />
          <TextInput
            label={t('notifications.settings.zone')}
            description={t('notifications.settings.zoneHelp')}
            maw={260}
            value={zone}
            onChange={({ currentTarget }) => setZone(currentTarget.value)}
            onBlur={() => zone !== now.zone && put({ zone })}
          />
        </Section>
      ) : (
        <Text size="sm" c="var(--hg-quiet)">
          {t('notifications.settings.noMail')}
        </Text>
      )}
    </Stack>
  );
};
