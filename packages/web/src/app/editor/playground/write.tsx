/** What the author writes or says to the draft, with the files that go with it. */

import { Button, Group, Textarea } from '@mantine/core';
import type { Trigger } from '@headgate/core';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useOff } from '../../access/may.ts';
import { growing } from '../../ui/growing.ts';
import { Attach, SentFiles, useSentFiles } from './attach.tsx';
import classes from './playground.module.css';
import { Speak } from './speak.tsx';
import { takesOf } from './takes.ts';
import { useRecorder } from './use-recorder.ts';
import type { SentFile, Talk } from './use-talk.ts';

const LONGEST = 100_000;

type Props = { readonly talk: Talk; readonly trigger: Trigger | undefined };

export const Write = ({ talk, trigger }: Props) => {
  const { t } = useTranslation();
  const off = useOff('run');
  const [text, setText] = useState('');
  const takes = takesOf(trigger);
  const files = useSentFiles(talk.id, takes);
  const input = useRef<HTMLTextAreaElement>(null);
  useEffect(() => input.current?.focus(), []);
  const recorder = useRecorder(takes, (file, sends) => {
    void files.add([file]).then((sent) => {
      if (sends && sent.length > 0) latest.current(sent);
    });
    input.current?.focus();
  });
  const pending = (talk.messages.data ?? []).findLast(({ state }) => state === 'pending');
  const send = (spoken: readonly SentFile[] = []): void => {
    const all = [...files.sent, ...spoken.filter(({ path }) => files.sent.every((one) => one.path !== path))];
    // A message without words is called by its files.
    const message = text.trim() || all.map(({ name }) => name).join(', ');
    if (message === '' || pending !== undefined || talk.send.isPending || off !== undefined) return;
    if (recorder.seconds !== null || (files.busy && spoken.length === 0)) return;
    const onSuccess = (): void => {
      setText((was) => (was.trim() === message ? '' : was));
      files.empty();
    };
    talk.send.mutate({ text: message, files: all }, { onSuccess });
  };
  const latest = useRef(send);
  latest.current = send;
  return (
    <form
      className={classes.write}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || recorder.seconds === null) return;
        event.stopPropagation();
        recorder.drop();
        input.current?.focus();
      }}
      onDragOver={(event) => {
        if (takes !== null && event.dataTransfer.types.includes('Files')) event.preventDefault();
      }}
      onDrop={(event) => {
        if (takes === null || event.dataTransfer.files.length === 0) return;
        event.preventDefault();
        void files.add([...event.dataTransfer.files]);
      }}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <Textarea
        ref={input}
        aria-label={t('playground.write')}
        placeholder={t('playground.write')}
        description={t('playground.keys')}
        inputWrapperOrder={['label', 'input', 'description', 'error']}
        {...growing(2, 8)}
        maxLength={LONGEST}
        value={text}
        onChange={(event) => setText(event.currentTarget.value)}
        onPaste={(event) => {
          const pasted = [...event.clipboardData.files];
          if (pasted.length === 0 || takes === null) return;
          event.preventDefault();
          void files.add(pasted);
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || event.shiftKey || event.ctrlKey || event.nativeEvent.isComposing) return;
          event.preventDefault();
          send();
        }}
      />
      <SentFiles files={files} />
      <Group justify="end" gap="xs">
        <Attach files={files} takes={takes} />
        <Speak recorder={recorder} off={off} />
        {pending === undefined ? (
          <Button
            size="compact-sm"
            type="submit"
            loading={talk.send.isPending || files.busy}
            disabled={off !== undefined}
            title={off}
          >
            {t('playground.send')}
          </Button>
        ) : (
          <Button size="compact-sm" color="red" variant="outline" onClick={() => talk.stop(pending.id)}>
            {t('playground.stop')}
          </Button>
        )}
      </Group>
    </form>
  );
};
