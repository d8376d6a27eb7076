/** Asks for the name of what is about to be gone for good. For what can be undone there is undo instead. */

import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';

type Props = {
  readonly opened: boolean;
  readonly close: () => void;
  readonly title: string;
  /** What has to be typed. */
  readonly name: string;
  /** What will be gone, and that it does not come back. */
  readonly text: string;
  readonly act: string;
  /** Why it cannot be done now, whatever is typed; absent: it can. */
  readonly off?: string | undefined;
  readonly busy?: boolean;
  readonly run: () => void;
  readonly children?: ReactNode;
};

/** To where the keys were, unless they are somewhere by now. */
const back = (to: HTMLElement): void => {
  if (document.activeElement === document.body && to.isConnected) to.focus();
};

export const ConfirmName = ({ opened, close, title, name, text, act, off, busy = false, run, children }: Props) => {
  const { t } = useTranslation();
  const [typed, setTyped] = useState('');
  useEffect(() => {
    if (opened) setTyped('');
  }, [opened]);
  // Many callers take it out of the page instead of closing it: who pressed the button finds himself at it again.
  const before = useRef<Element | null>(document.activeElement);
  useEffect(() => {
    const from = before.current;
    return () => {
      if (from instanceof HTMLElement) requestAnimationFrame(() => back(from));
    };
  }, []);
  const same = typed.trim() === name.trim();
  const why = off ?? (same ? undefined : t('common.typeName', { name }));
  return (
    <Modal opened={opened} onClose={close} title={title} closeButtonProps={{ 'aria-label': t('common.close') }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (why === undefined) run();
        }}
      >
        <Stack>
          <Text size="sm">{text}</Text>
          {children}
          {off !== undefined && <Text size="sm">{off}</Text>}
          <TextInput
            label={t('common.typeName', { name })}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            data-autofocus
            autoComplete="off"
          />
          <Group justify="end">
            <Button variant="default" onClick={close}>
              {t('common.cancel')}
            </Button>
            <Button type="submit" color="red" disabled={why !== undefined} loading={busy} title={why}>
              {act}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
};
