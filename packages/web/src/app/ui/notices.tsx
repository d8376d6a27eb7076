/** Short notices in a corner: what did not work, and what can be taken back. They go by themselves, but not while they have the focus. */

import { Button, CloseButton, Group, Paper, Stack, Text } from '@mantine/core';
import type { Problem } from '@headgate/core';
import { useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemView } from '../problem/problem-view.tsx';
import { announce } from './announce.ts';

export type Notice =
  | { readonly problem: Problem }
  | { readonly text: string; readonly act?: { readonly title: string; readonly run: () => void } };

type Shown = { readonly id: number; readonly notice: Notice };

const STAYS = 8_000;
const MOST = 4;

let shown: readonly Shown[] = [];
let count = 0;
const listeners = new Set<() => void>();

const set = (next: readonly Shown[]): void => {
  shown = next;
  for (const listener of listeners) listener();
};

const close = (id: number): void => set(shown.filter((one) => one.id !== id));

export const notify = (notice: Notice): void => {
  const id = (count += 1);
  set([...shown, { id, notice }].slice(-MOST));
  if ('text' in notice) announce(notice.text);
  const leave = (): void => {
    const focused = document.activeElement?.closest(`[data-notice="${id}"]`) ?? null;
    if (focused !== null) setTimeout(leave, STAYS);
    else close(id);
  };
  setTimeout(leave, STAYS);
};

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};

export const Notices = () => {
  const { t } = useTranslation();
  const list = useSyncExternalStore(subscribe, () => shown);
  if (list.length === 0) return null;
  return (
    <Stack
      role="region"
      aria-label={t('common.notices')}
      gap="xs"
      style={{ position: 'fixed', right: 16, bottom: 16, zIndex: 300, maxWidth: 440 }}
    >
      {list.map(({ id, notice }) => (
        <Paper key={id} data-notice={id} withBorder p="xs">
          <Group wrap="nowrap" align="start" justify="space-between">
            {'problem' in notice ? <ProblemView problem={notice.problem} /> : <Text size="sm">{notice.text}</Text>}
            {'act' in notice && notice.act !== undefined && (
              <Button
                size="compact-sm"
                variant="light"
                onClick={() => {
                  notice.act?.run();
                  close(id);
                }}
              >
                {notice.act.title}
              </Button>
            )}
            <CloseButton aria-label={t('common.close')} onClick={() => close(id)} />
          </Group>
        </Paper>
      ))}
    </Stack>
  );
};
