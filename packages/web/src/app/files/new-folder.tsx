/** The name of a folder to bring files into. A folder is what paths have in common: it is there once a file lies in it. */

import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';

/** What no name of a folder can hold. */
const NAME = /^(?!\.{1,2}$)[^/\\:*?"<>|]{1,200}$/;

type Props = { readonly folder: string; readonly close: (made: string | null) => void };

export const NewFolder = ({ folder, close }: Props) => {
  const { t } = useTranslation();
  const [name, setName] = useState('');
  const good = NAME.test(name.trim());
  return (
    <Modal
      opened
      onClose={() => close(null)}
      title={t('files.newFolder')}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (good) close(folder === '' ? name.trim() : `${folder}/${name.trim()}`);
        }}
      >
        <Stack>
          <Text size="sm">{t('files.folderText')}</Text>
          <TextInput
            label={t('files.folderName')}
            value={name}
            data-autofocus
            autoComplete="off"
            error={name === '' || good ? undefined : t('files.folderWrong')}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Group justify="end">
            <Button variant="default" onClick={() => close(null)}>
              {t('common.cancel')}
            </Button>
            <Button type="submit" disabled={!good}>
              {t('files.openFolder')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
};
