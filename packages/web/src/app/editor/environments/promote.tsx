/** Promoting: what it would change before one's eyes, what the target lacks, a note; at once, or proposed where others approve. */

import { Button, Checkbox, Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useOff } from '../../access/may.ts';
import { Loaded } from '../../problem/loaded.tsx';
import { FailureView } from '../../problem/problem-view.tsx';
import type { Answer } from '../../transport/client.ts';
import { notify } from '../../ui/notices.tsx';
import { useEditor } from '../editor-context.ts';
import { Difference, lacksOf } from './difference.tsx';

type Props = {
  readonly flow: string;
  readonly environments: Answer<'listEnvironments'>['environments'];
  readonly off: string | undefined;
  readonly done: () => Promise<void>;
};

export const Promote = ({ flow, environments, off, done }: Props) => {
  const { t } = useTranslation();
  const { client } = useEditor();
  const mayLend = useOff('grant.give');
  const [from, setFrom] = useState('default');
  const [to, setTo] = useState(environments.find(({ name }) => name !== 'default')?.name ?? '');
  const [note, setNote] = useState('');
  const [lend, setLend] = useState(false);
  const [anyway, setAnyway] = useState(false);
  const target = environments.find(({ name }) => name === to);
  const look = useQuery({
    queryKey: ['promotions', flow, 'look', from, to],
    queryFn: ({ signal }) =>
      client.call('comparePromotion', { params: { id: flow, source: from, target: to } }, signal),
    enabled: to !== '' && from !== to,
    retry: false,
  });
  const promote = useMutation({
    mutationFn: () =>
      client.call('promote', {
        params: { id: flow },
        body: {
          from,
          to,
          ...(look.data === undefined ? {} : { version: look.data.from.version }),
          ...(note.trim() === '' ? {} : { note: note.trim() }),
          ...(lend && look.data !== undefined ? { grant: look.data.powers.missing } : {}),
          ...(anyway ? { anyway: true as const } : {}),
        },
      }),
    onSuccess: async ({ promotion }) => {
      setNote('');
      setLend(false);
      setAnyway(false);
      const of = { version: promotion.version, to: promotion.to };
      notify({
        text: t(promotion.state === 'applied' ? 'environments.promote.done' : 'environments.promote.proposed', of),
      });
      await done();
    },
  });
  if (environments.length < 2) return <Text size="sm">{t('environments.promote.none')}</Text>;
  const names = environments.map(({ name, title }) => ({ value: name, label: title }));
  const lacks = look.data === undefined ? [] : lacksOf(look.data);
  const unlent = look.data?.powers.missing.length ?? 0;
  const whyOff = ((): string | undefined => {
    if (off !== undefined) return off;
    if (from === to) return t('environments.promote.same');
    if (look.data === undefined) return t('environments.promote.looking');
    if (lacks.length > 0 && !anyway) return t('environments.promote.lacks', { count: lacks.length });
    return undefined;
  })();
  return (
    <Stack>
      <Group align="end">
        <NativeSelect
          label={t('environments.promote.from')}
          data={names}
          value={from}
          onChange={({ currentTarget }) => setFrom(currentTarget.value)}
        />
        <NativeSelect
          label={t('environments.promote.to')}
          data={names}
          value={to}
          onChange={({ currentTarget }) => setTo(currentTarget.value)}
        />
      </Group>
      {to !== '' && from !== to && (
        <Loaded query={look} rows={4}>
          {(told) => <Difference told={told} />}
        </Loaded>
      )}
      {unlent > 0 && (
        <Checkbox
          label={t('environments.promote.lend', { count: unlent, to })}
          disabled={mayLend !== undefined}
          title={mayLend}
          checked={lend}
          onChange={({ currentTarget }) => setLend(currentTarget.checked)}
        />
      )}
      {lacks.length > 0 && (
        <Checkbox
          label={t('environments.promote.anyway', { lacks: lacks.join(', ') })}
          checked={anyway}
          onChange={({ currentTarget }) => setAnyway(currentTarget.checked)}
        />
      )}
      {promote.error !== null && <FailureView error={promote.error} />}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (whyOff === undefined) promote.mutate();
        }}
      >
        <Group align="end">
          <TextInput
            label={t('publish.note')}
            value={note}
            maxLength={200}
            onChange={({ currentTarget }) => setNote(currentTarget.value)}
            flex={1}
          />
          <Button type="submit" loading={promote.isPending} disabled={whyOff !== undefined} title={whyOff}>
            {target?.approval === true ? t('environments.promote.propose') : t('environments.promote.act')}
          </Button>
        </Group>
        <Text size="sm" mt={4} c="var(--hg-quiet)">
          {whyOff ?? (target?.approval === true ? t('environments.promote.waits') : t('environments.promote.atOnce'))}
        </Text>
      </form>
    </Stack>
  );
};
