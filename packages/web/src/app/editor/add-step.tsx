/** Adds a step or a trigger by search. What is selected is what the new step waits for. */

import { Combobox, Modal, Stack, Text, TextInput, useCombobox } from '@mantine/core';
import { isBlock } from '@headgate/core';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useEditor, useFlow } from './editor-context.ts';

export const AddStep = ({ opened, close }: { readonly opened: boolean; readonly close: () => void }) => {
  const { t } = useTranslation();
  const { kinds, commands, selection } = useEditor();
  const flow = useFlow();
  const [search, setSearch] = useState('');
  const combobox = useCombobox();
  useEffect(() => {
    if (opened) setSearch('');
  }, [opened]);
  const { selectFirstOption } = combobox;
  useEffect(() => void selectFirstOption(), [search, selectFirstOption]);
  const low = search.toLowerCase();
  const fits = ({
    title,
    kind,
    summary,
  }: {
    readonly title: string;
    readonly kind: string;
    readonly summary: string;
  }): boolean => `${title} ${kind} ${summary}`.toLowerCase().includes(low);
  const isTrigger = (kind: string): boolean => kinds.triggers.some((one) => one.kind === kind);
  const add = (kind: string): void => {
    close();
    const last = selection.last();
    const isStep = last !== null && !(flow.triggers ?? []).some(({ id }) => id === last);
    if (isTrigger(kind)) commands.addTrigger(kind);
    else commands.add(kind, isStep ? { after: [last] } : {}, isBlock({ id: 'new', kind }) ? { steps: [] } : {});
  };
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={t('editor.add')}
      size="lg"
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <Combobox store={combobox} withinPortal={false} onOptionSubmit={add}>
        <Combobox.EventsTarget>
          <TextInput
            data-autofocus
            aria-label={t('editor.addPlaceholder')}
            placeholder={t('editor.addPlaceholder')}
            value={search}
            onChange={(event) => setSearch(event.currentTarget.value)}
          />
        </Combobox.EventsTarget>
        <Combobox.Options mah={420} mt="xs" style={{ overflowY: 'auto' }} aria-label={t('editor.add')}>
          {[...kinds.steps, ...kinds.triggers].filter(fits).map(({ kind, title, summary }) => (
            <Combobox.Option value={kind} key={kind}>
              <Stack gap={0}>
                <Text size="sm">{title}</Text>
                <Text size="xs" c="dimmed">
                  {summary}
                </Text>
              </Stack>
            </Combobox.Option>
          ))}
        </Combobox.Options>
      </Combobox>
    </Modal>
  );
};
