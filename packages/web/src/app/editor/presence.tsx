/** Who else has this flow open. */

import { Text } from '@mantine/core';
import { useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { useSignedIn } from '../shell/signed-in.ts';
import { useEditor } from './editor-context.ts';

export const Presence = () => {
  const { t } = useTranslation();
  const { room } = useEditor();
  const me = useSignedIn();
  const { here } = useSyncExternalStore(room.subscribe, room.state);
  const others = here.filter(({ id }) => me === null || me === 'token' || id !== me.id);
  if (others.length === 0 || me === null) return null;
  const names = others.map(({ name }) => name).join(', ');
  return (
    <Text size="sm" c="var(--hg-waiting)" truncate maw={260} title={names}>
      <span aria-hidden>● </span>
      {t('graph.alsoHere', { count: others.length, names })}
    </Text>
  );
};
