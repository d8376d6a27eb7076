/** What can be done with the conversation that is open: another title, or its end. */

import { Button, Group, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { tell } from '../../problem/tell.ts';
import type { Talk } from './use-talk.ts';

const LONGEST = 200;

export const SessionActs = ({ talk }: { readonly talk: Talk }) => {
  const { t } = useTranslation();
  const [title, setTitle] = useState<string | null>(null);
  const { session } = talk;
  const row = (talk.sessions.data ?? []).find((one) => one.session === session);
  if (session === null || row === undefined) return null;
  if (title === null)
    return (
      <>
        <Button size="compact-sm" variant="subtle" onClick={() => setTitle(row.title)}>
          {t('playground.rename')}
        </Button>
        <Button size="compact-sm" variant="subtle" color="red" onClick={() => void talk.remove(session).catch(tell)}>
          {t('playground.delete')}
        </Button>
      </>
    );
  return (
    <form
      style={{ width: '100%' }}
      onSubmit={(event) => {
        event.preventDefault();
        const given = title.trim();
        if (given === '') return;
        talk
          .rename(session, given)
          .then(() => setTitle(null))
          .catch(tell);
      }}
    >
      <Group gap={6} align="end">
        <TextInput
          size="xs"
          flex={1}
          label={t('playground.titleOf')}
          value={title}
          maxLength={LONGEST}
          autoFocus
          onChange={(event) => setTitle(event.currentTarget.value)}
        />
        <Button size="xs" type="submit">
          {t('common.save')}
        </Button>
        <Button size="xs" variant="default" onClick={() => setTitle(null)}>
          {t('common.cancel')}
        </Button>
      </Group>
    </form>
  );
};
