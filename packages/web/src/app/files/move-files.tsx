/** Another name for a file, or another folder for several. What cannot be moved is told by its path; the others are. */

import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useEngine } from '../engine.tsx';
import { tell } from '../problem/tell.ts';
import { Refusal } from '../transport/client.ts';
import { notify } from '../ui/notices.tsx';
import type { FileShown } from './preview.tsx';

type Props = {
  readonly files: readonly FileShown[];
  readonly project: string;
  /** `moved`: of how many files the path is another one now. */
  readonly close: (moved: number) => void;
};

const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

export const MoveFiles = ({ files, project, close }: Props) => {
  const { t } = useTranslation();
  const engine = useEngine();
  const queries = useQueryClient();
  const [only] = files;
  const single = files.length === 1 && only !== undefined;
  const [to, setTo] = useState(single ? only.path : '');
  const [wrong, setWrong] = useState<readonly { readonly path: string; readonly text: string }[]>([]);
  const [left, setLeft] = useState(files);
  const move = useMutation({
    mutationFn: async () => {
      const folder = to.replace(/\/+$/, '');
      const refused: { path: string; text: string; file: FileShown }[] = [];
      for (const file of left) {
        const path = single ? to : folder === '' ? nameOf(file.path) : `${folder}/${nameOf(file.path)}`;
        try {
          await engine.call('moveFile', { params: { id: file.id }, query: { project }, body: { path } });
        } catch (error) {
          if (!(error instanceof Refusal)) throw error;
          const { text, code } = error.problem;
          refused.push({ path: file.path, text: code === 'file.taken' ? t('files.move.taken', { path }) : text, file });
        }
      }
      return refused;
    },
    onSuccess: (refused) => {
      const moved = left.length - refused.length;
      if (moved > 0) notify({ text: t('files.move.done', { count: moved }) });
      setWrong(refused);
      setLeft(refused.map(({ file }) => file));
      if (refused.length === 0) close(files.length);
    },
    onError: tell,
    onSettled: () => queries.invalidateQueries({ queryKey: ['files', project] }),
  });
  return (
    <Modal
      opened
      onClose={() => close(files.length - left.length)}
      title={single ? t('files.move.one', { name: nameOf(only.path) }) : t('files.move.many', { count: files.length })}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          move.mutate();
        }}
      >
        <Stack>
          <Text size="sm">{t('files.move.text')}</Text>
          <TextInput
            label={t(single ? 'files.move.path' : 'files.move.folder')}
            description={single ? undefined : t('files.move.folderHint')}
            value={to}
            data-autofocus
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => setTo(event.currentTarget.value)}
          />
          {wrong.length > 0 && (
            <Stack gap={4} role="alert">
              {wrong.map(({ path, text }) => (
                <Text key={path} size="sm" c="var(--hg-failed)" style={{ overflowWrap: 'anywhere' }}>
                  {path}: {text}
                </Text>
              ))}
            </Stack>
          )}
          <Group justify="end">
            <Button variant="default" onClick={() => close(files.length - left.length)}>
              {t('common.cancel')}
            </Button>
            <Button type="submit" loading={move.isPending} disabled={single && (to === '' || to === only.path)}>
              {t('files.move.act')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
};
