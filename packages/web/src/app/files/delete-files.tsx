/** Deletes files, once their name, or how many they are, was typed. */

import { Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useEngine } from '../engine.tsx';
import { FailureView } from '../problem/problem-view.tsx';
import { Refusal } from '../transport/client.ts';
import { ConfirmName } from '../ui/confirm-name.tsx';
import { notify } from '../ui/notices.tsx';
import type { FileShown } from './preview.tsx';

type Props = {
  readonly files: readonly FileShown[];
  readonly project: string;
  readonly close: (gone: boolean) => void;
};

const TOLD = 8;

export const DeleteFiles = ({ files, project, close }: Props) => {
  const { t } = useTranslation();
  const engine = useEngine();
  const queries = useQueryClient();
  const remove = useMutation({
    mutationFn: async () => {
      for (const { id } of files)
        try {
          await engine.call('deleteFile', { params: { id }, query: { project } });
        } catch (error) {
          // What is gone already is no problem.
          if (!(error instanceof Refusal) || error.problem.code !== 'missing') throw error;
        }
    },
    onSuccess: () => {
      notify({ text: t('files.deleted', { count: files.length }) });
      close(true);
    },
    onSettled: () =>
      Promise.all([['files', project], ['usage']].map((queryKey) => queries.invalidateQueries({ queryKey }))),
  });
  const [only] = files;
  const name =
    files.length === 1 && only !== undefined
      ? only.path.slice(only.path.lastIndexOf('/') + 1)
      : t('files.many', { count: files.length });
  return (
    <ConfirmName
      opened
      close={() => close(false)}
      title={t('files.deleteOf', { name })}
      name={name}
      text={t('files.deleteText')}
      act={t('common.delete')}
      busy={remove.isPending}
      run={() => remove.mutate()}
    >
      <Stack gap={2}>
        {files.slice(0, TOLD).map(({ id, path }) => (
          <Text key={id} size="sm" style={{ overflowWrap: 'anywhere' }}>
            {path}
          </Text>
        ))}
        {files.length > TOLD && <Text size="sm">{t('files.more', { count: files.length - TOLD })}</Text>}
      </Stack>
      {remove.error !== null && <FailureView error={remove.error} />}
    </ConfirmName>
  );
};
