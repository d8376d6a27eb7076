/** A new dataset: its name. Its rows are written, or come out of a file, on its own page. */

import { Button, Group, Modal, Stack, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useEngine } from '../engine.tsx';
import { FailureView } from '../problem/problem-view.tsx';
import { emptyRow, rowsOf } from './rows.ts';

type Props = {
  readonly project: string;
  /** Is given the id of what was made. */
  readonly close: (made: string | null) => void;
};

export const DatasetForm = ({ project, close }: Props) => {
  const { t } = useTranslation();
  const engine = useEngine();
  const queries = useQueryClient();
  const [name, setName] = useState('');
  const save = useMutation({
    mutationFn: () =>
      engine.call('createDataset', {
        body: { project, name: name.trim(), rows: rowsOf([emptyRow([], t('evaluations.row'))]) },
      }),
    onSuccess: async ({ id }) => {
      close(id);
      await queries.invalidateQueries({ queryKey: ['datasets', project] });
    },
  });
  return (
    <Modal
      opened
      onClose={() => close(null)}
      title={t('evaluations.dataset.create')}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim() !== '') save.mutate();
        }}
      >
        <Stack>
          <TextInput
            label={t('evaluations.name')}
            description={t('evaluations.dataset.nameHint')}
            value={name}
            required
            maxLength={100}
            data-autofocus
            autoComplete="off"
            onChange={(event) => setName(event.currentTarget.value)}
          />
          {save.error !== null && <FailureView error={save.error} />}
          <Group justify="end">
            <Button variant="default" onClick={() => close(null)}>
              {t('common.cancel')}
            </Button>
            <Button type="submit" loading={save.isPending} disabled={name.trim() === ''}>
              {t('common.create')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
};
