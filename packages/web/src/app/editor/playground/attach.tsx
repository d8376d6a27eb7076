/** Files that go with a message, where the chat takes some: sent at once, named by the message. */

import { Button, CloseButton, FileButton, Group, Progress, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FailureView } from '../../problem/problem-view.tsx';
import { announce } from '../../ui/announce.ts';
import { useEditor } from '../editor-context.ts';
import classes from './playground.module.css';
import { fits, type Takes } from './takes.ts';
import type { SentFile } from './use-talk.ts';

const MOST = 10;

type Sending = {
  readonly key: number;
  readonly name: string;
  /** A share of one. */
  readonly done: number;
  readonly sent: SentFile | null;
  /** Why it is not sent at all. */
  readonly why: string | null;
  readonly error: unknown;
  readonly end: AbortController;
};

type Files = {
  readonly all: readonly Sending[];
  readonly sent: readonly SentFile[];
  readonly busy: boolean;
  /** Sends them; those of them that the message has then. */
  readonly add: (files: readonly File[]) => Promise<readonly SentFile[]>;
  readonly drop: (key: number) => void;
  readonly empty: () => void;
};

let counted = 0;

export const useSentFiles = (flow: string, takes: Takes | null): Files => {
  const { t } = useTranslation();
  const { client, draft } = useEditor();
  const [all, setAll] = useState<readonly Sending[]>([]);
  const change = (key: number, to: Partial<Sending>): void =>
    setAll((was) => was.map((one) => (one.key === key ? { ...one, ...to } : one)));
  const send = async (key: number, file: File, end: AbortController): Promise<SentFile | null> => {
    try {
      // Whether the chat takes files is what the draft on the screen says.
      await draft.flush();
      const query = { name: file.name, draft: 'true' } as const;
      const sent = await client.upload('sendChatFile', { params: { id: flow }, query }, file, {
        signal: end.signal,
        progress: (bytes) => change(key, { done: bytes / Math.max(1, file.size) }),
      });
      change(key, { sent, done: 1 });
      if (end.signal.aborted) return null;
      announce(t('playground.attached', { name: file.name }));
      return sent;
    } catch (error) {
      if (!end.signal.aborted) change(key, { error });
      return null;
    }
  };
  /** What the chat does not take is told before it is sent; the server judges it again. */
  const whyNot = ({ name, type, size }: File): string | null => {
    if (takes === null || (fits(type, takes.kinds) && size <= takes.size)) return null;
    return t('playground.notTaken', { name, kinds: takes.kinds.join(', '), size: takes.size / 1024 / 1024 });
  };
  return {
    all,
    sent: all.flatMap(({ sent }) => (sent === null ? [] : [sent])),
    busy: all.some(({ sent, why, error }) => sent === null && why === null && error === null),
    add: async (files) => {
      const made = files.slice(0, MOST - all.length).map((file) => {
        counted += 1;
        const end = new AbortController();
        return {
          file,
          one: { key: counted, name: file.name, done: 0, sent: null, why: whyNot(file), error: null, end },
        };
      });
      setAll((was) => [...was, ...made.map(({ one }) => one)]);
      const sent = await Promise.all(
        made.map(({ file, one }) => (one.why === null ? send(one.key, file, one.end) : null)),
      );
      return sent.filter((one) => one !== null);
    },
    drop: (key) => {
      all.find((one) => one.key === key)?.end.abort();
      setAll((was) => was.filter((one) => one.key !== key));
    },
    empty: () => setAll([]),
  };
};

type Props = { readonly files: Files; readonly takes: Takes | null };

export const Attach = ({ files, takes }: Props) => {
  const { t } = useTranslation();
  if (takes === null) return null;
  const full = files.all.length >= MOST;
  return (
    <FileButton multiple accept={takes.kinds.join(',')} onChange={(chosen) => void files.add(chosen)}>
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
      {files.all.map(({ key, name, done, sent, why, error }) => (
        <li key={key}>
          <Group gap={6} wrap="nowrap">
            <Text size="sm" truncate flex={1} miw={0}>
              {name}
            </Text>
            {sent === null && why === null && error === null && (
              <Progress w={80} value={done * 100} aria-label={t('playground.sending', { name })} />
            )}
            <CloseButton size="sm" aria-label={t('playground.detach', { name })} onClick={() => files.drop(key)} />
          </Group>
          {why !== null && (
            <Text size="sm" role="alert">
              {why}
            </Text>
          )}
          {error !== null && <FailureView error={error} />}
        </li>
      ))}
    </ul>
  );
};
