/** Another name for a table. Steps and powers name it by its name: they are told of that. */

import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { TABLE_NAME } from '@headgate/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useEngine } from '../engine.tsx';
import { FailureView } from '../problem/problem-view.tsx';
import { notify } from '../ui/notices.tsx';

type Props = {
  readonly table: { readonly id: string; readonly name: string };
  readonly project: string;
  readonly close: () => void;
};

export const RenameTable = ({ table, project, close }: Props) => {
  const { t } = useTranslation();
  const engine = useEngine();
  const queries = useQueryClient();
  const [name, setName] = useState(table.name);
  const save = useMutation({
    mutationFn: () => engine.call('patchTable', { params: { id: table.id }, query: { project }, body: { name } }),
    onSuccess: async () => {
      close();
      notify({ text: t('tables.renamed', { name }) });
      await Promise.all(['table', 'tables'].map((key) => queries.invalidateQueries({ queryKey: [key, project] })));
    },
  });
  const good = TABLE_NAME.test(name);
  return (
    <Modal
      opened
      onClose={close}
      title={t('tables.renameOf', { name: table.name })}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (good) save.mutate();
        }}
      >
        <Stack>
          <Text size="sm">{t('tables.renameText')}</Text>
          <TextInput
            label={t('tables.name')}
            value={name}
            data-autofocus
            autoComplete="off"
            error={good ? undefined : t('tables.nameWrong')}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          {save.error !== null && <FailureView error={save.error} />}
          <Group justify="end">
            <Button variant="default" onClick={close}>
              {t('common.cancel')}
            </Button>
            <Button type="submit" loading={save.isPending} disabled={!good || name === table.name}>
              {t('tables.rename')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
};
