/** Hands a question on to another member, who answers it in the place of who handed it on. */

import { Button, Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMembers } from '../access/who.tsx';
import { useEngine } from '../engine.tsx';
import { FailureView } from '../problem/problem-view.tsx';
import { useSignedIn } from '../shell/signed-in.ts';
import { notify } from '../ui/notices.tsx';

export const Delegate = ({ id, done }: { readonly id: string; readonly done: () => void }) => {
  const { t } = useTranslation();
  const engine = useEngine();
  const queries = useQueryClient();
  const account = useSignedIn();
  const [open, setOpen] = useState(false);
  const [to, setTo] = useState('');
  const members = useMembers();
  const others = (members.data?.members ?? []).filter(
    ({ user }) => account === null || account === 'token' || user !== account.id,
  );
  const send = useMutation({
    mutationFn: () => engine.call('delegateAsk', { params: { id }, body: { to: to.trim() } }),
    onSuccess: async () => {
      const name = others.find(({ user }) => user === to)?.name ?? to;
      notify({ text: t('inbox.handed', { name }) });
      done();
      // What it was is not to be seen again, not even until it was read anew.
      queries.removeQueries({ queryKey: ['asks', 'one', id] });
      await queries.invalidateQueries({ queryKey: ['asks'] });
    },
  });
  if (!open)
    return (
      <Group>
        <Button size="compact-sm" variant="subtle" onClick={() => setOpen(true)}>
          {t('inbox.delegate')}
        </Button>
      </Group>
    );
  const common = { label: t('inbox.delegateTo'), autoFocus: true, value: to } as const;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (to.trim() !== '') send.mutate();
      }}
    >
      <Stack gap="sm" maw={560}>
        {others.length > 0 ? (
          <NativeSelect
            {...common}
            data={[
              { value: '', label: t('inbox.somebody') },
              ...others.map(({ user, name }) => ({ value: user, label: name })),
            ]}
            onChange={(event) => setTo(event.currentTarget.value)}
          />
        ) : (
          <TextInput
            {...common}
            description={t('inbox.delegateHint')}
            onChange={(event) => setTo(event.currentTarget.value)}
          />
        )}
        <Text size="sm">{t('inbox.delegateText')}</Text>
        {send.error !== null && <FailureView error={send.error} />}
        <Group gap="sm">
          <Button
            type="submit"
            disabled={to.trim() === ''}
            loading={send.isPending}
            title={to.trim() === '' ? t('inbox.somebody') : undefined}
          >
            {t('inbox.hand')}
          </Button>
          <Button variant="default" onClick={() => setOpen(false)}>
            {t('common.cancel')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
};
