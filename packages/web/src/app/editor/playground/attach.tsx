/** Files that go with a message, where the chat takes some: sent at once, named by the message. */

import { Button, CloseButton, FileButton, Group, Progress, Text } from '@mantine/core';
import { isObject, type Trigger } from '@headgate/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FailureView } from '../../problem/problem-view.tsx';
import { announce } from '../../ui/announce.ts';
import { useEditor } from '../editor-context.ts';
import classes from './playground.module.css';
import type { SentFile } from './use-talk.ts';

const MOST = 10;

type Sending = {
  readonly key: number;
  readonly name: string;
  /** A share of one. */
  readonly done: number;
  readonly sent: SentFile | null;
  readonly error: unknown;
  readonly end: AbortController;
};

type Files = {
  readonly all: readonly Sending[];
  readonly sent: readonly SentFile[];
  readonly busy: boolean;
  readonly add: (files: readonly File[]) => void;
  readonly drop: (key: number) => void;
  readonly empty: () => void;
};

let counted = 0;

export const useSentFiles = (flow: string): Files => {
  const { t } = useTranslation();
  const { client, draft } = useEditor();
  const [all, setAll] = useState<readonly Sending[]>([]);
  const change = (key: number, to: Partial<Sending>): void =>
    setAll((was) => was.map((one) => (one.key === key ? { ...one, ...to } : one)));
  const send = async (key: number, file: File, end: AbortController): Promise<void> => {
    try {
      // Whether the chat takes files is what the draft on the screen says.
      await draft.flush();
      const query = { name: file.name, draft: 'true' } as const;
      const sent = await client.upload('sendChatFile', { params: { id: flow }, query }, file, {
        signal: end.signal,
        progress: (bytes) => change(key, { done: bytes / Math.max(1, file.size) }),
      });
      change(key, { sent, done: 1 });
      announce(t('playground.attached', { name: file.name }));
    } catch (error) {
      if (!end.signal.aborted) change(key, { error });
    }
  };
  return {
    all,
    sent: all.flatMap(({ sent }) => (sent === null ? [] : [sent])),
    busy: all.some(({ sent, error }) => sent === null && error === null),
    add: (files) => {
      const made = files.slice(0, MOST - all.length).map((file) => {
        counted += 1;
        const end = new AbortController();
        return { file, one: { key: counted, name: file.name, done: 0, sent: null, error: null, end } };
      });
      setAll((was) => [...was, ...made.map(({ one }) => one)]);
      for (const { file, one } of made) void send(one.key, file, one.end);
    },
    drop: (key) => {
      all.find((one) => one.key === key)?.end.abort();
      setAll((was) => was.filter((one) => one.key !== key));
    },
    empty: () => setAll([]),
  };
};

type Props = { readonly files: Files; readonly trigger: Trigger | undefined };

export const Attach = ({ files, trigger }: Props) => {
  const { t } = useTranslation();
  const takes = trigger?.with?.['files'];
  if (!isObject(takes)) return null;
  const kinds = Array.isArray(takes['kinds']) ? takes['kinds'].map(String).join(',') : '';
  const full = files.all.length >= MOST;
  return (
    <FileButton multiple accept={kinds} onChange={(chosen) => files.add(chosen)}>
      {(props) => (
        <Button
          {...props}
          size="compact-sm"
          variant="default"
          disabled={full}
          title={full ? t('playground.mostFiles', { count: MOST }) : undefined}
        >
          {t('playground.attach')}
        </Button>
      )}
    </FileButton>
  );
};

export const SentFiles = ({ files }: { readonly files: Files }) => {
  const { t } = useTranslation();
  if (files.all.length === 0) return null;
  return (
    <ul className={classes.files} aria-label={t('playground.files')}>
      {files.all.map(({ key, name, done, sent, error }) => (
        <li key={key}>
          <Group gap={6} wrap="nowrap">
            <Text size="sm" truncate flex={1} miw={0}>
              {name}
            </Text>
            {sent === null && error === null && (
              <Progress w={80} value={done * 100} aria-label={t('playground.sending', { name })} />
            )}
            <CloseButton size="sm" aria-label={t('playground.detach', { name })} onClick={() => files.drop(key)} />
          </Group>
          {error !== null && <FailureView error={error} />}
        </li>
      ))}
    </ul>
  );
};
