/**
 * Makes a secret where it is needed.
 *
 * CS1 The value stands in its input alone and is taken from there when it is sent: never in the state of the app, never in a
 *     cache, and the input is emptied before the answer comes.
 */

import { Button, Group, Modal, PasswordInput, Stack, Text, TextInput } from '@mantine/core';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useEngine } from '../../../engine.tsx';
import { FailureView } from '../../../problem/problem-view.tsx';

type Props = {
  readonly project: string;
  readonly name: string;
  readonly origin: string;
  /** With the name of the secret, or null when none was made. */
  readonly close: (made: string | null) => void;
};

export const CreateSecret = ({ project, name: wanted, origin, close }: Props) => {
  const { t } = useTranslation();
  const client = useEngine();
  const [name, setName] = useState(wanted);
  const [origins, setOrigins] = useState(origin);
  const [failure, setFailure] = useState<unknown>(null);
  const [sending, setSending] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const send = async (): Promise<void> => {
    const field = input.current;
    if (field === null) return;
    setSending(true);
    setFailure(null);
    const sent = client.call('putSecret', {
      body: { name, project, value: field.value, origins: origins.split(/[\s,]+/).filter((one) => one !== '') },
    });
    field.value = '';
    try {
      await sent;
      close(name);
    } catch (error) {
      setFailure(error);
      setSending(false);
      field.focus();
    }
  };
  return (
    <Modal
      opened
      onClose={() => close(null)}
      title={t('panel.secret.title')}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <Stack gap="sm">
          <TextInput
            data-autofocus
            required
            label={t('panel.secret.name')}
            description={t('panel.secret.nameHint')}
            pattern="[A-Za-z0-9][A-Za-z0-9_.\-]{0,99}"
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <PasswordInput
            ref={input}
            required
            autoComplete="off"
            label={t('panel.secret.value')}
            description={t('panel.secret.valueHint')}
            visibilityToggleButtonProps={{ 'aria-label': t('panel.secret.look') }}
          />
          <TextInput
            label={t('panel.secret.goes')}
            description={t('panel.secret.goesHint')}
            placeholder={t('panel.secretOriginExample')}
            value={origins}
            onChange={(event) => setOrigins(event.currentTarget.value)}
          />
          {failure !== null && <FailureView error={failure} />}
          <Group justify="end">
            <Button variant="default" onClick={() => close(null)}>
              {t('common.cancel')}
            </Button>
            <Button type="submit" loading={sending}>
              {t('panel.secret.save')}
            </Button>
          </Group>
          <Text size="xs" c="var(--hg-quiet)">
            {t('panel.secret.once')}
          </Text>
        </Stack>
      </form>
    </Modal>
  );
};
