/** A new table: its name and its columns. */

import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { type ColumnSpec, judgeColumns, TABLE_NAME } from '@headgate/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useEngine } from '../engine.tsx';
import { FailureView } from '../problem/problem-view.tsx';
import type { Answer } from '../transport/client.ts';
import { type ColumnDraft, ColumnFields, newColumn, specOf } from './column-fields.tsx';

type Props = {
  readonly project: string;
  /** What it is called already where it is named. */
  readonly name?: string;
  readonly close: (made: Answer<'createTable'> | null) => void;
};

export const TableForm = ({ project, name: begun = '', close }: Props) => {
  const { t } = useTranslation();
  const engine = useEngine();
  const queries = useQueryClient();
  const [name, setName] = useState(begun);
  const [columns, setColumns] = useState<readonly ColumnDraft[]>(() => [newColumn()]);
  const [wrong, setWrong] = useState<ReadonlyMap<number, string>>(new Map());
  const [whole, setWhole] = useState<string | null>(null);
  const save = useMutation({
    mutationFn: (specs: readonly ColumnSpec[]) =>
      engine.call('createTable', { body: { project, name, columns: [...specs] } }),
    onSuccess: async (made) => {
      close(made);
      await queries.invalidateQueries({ queryKey: ['tables', project] });
    },
  });
  const nameOk = TABLE_NAME.test(name);
  const submit = (): void => {
    const troubles = new Map<number, string>();
    // A line that nothing was written in is no column.
    const given = columns.filter((one) => one.name.trim() !== '' || columns.length > 1);
    const specs = given.flatMap((one) => {
      const read = one.name.trim() === '' ? ({ ok: false, text: t('tables.needed') } as const) : specOf(one);
      if (read.ok) return [read.value];
      troubles.set(one.key, read.text);
      return [];
    });
    const why = troubles.size > 0 ? null : judgeColumns(specs);
    setWrong(troubles);
    setWhole(why?.text ?? null);
    if (troubles.size === 0 && why === null) save.mutate(specs);
  };
  return (
    <Modal
      opened
      onClose={() => close(null)}
      size="xl"
      title={t('tables.create')}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (nameOk) submit();
        }}
      >
        <Stack>
          <TextInput
            label={t('tables.name')}
            description={t('tables.nameHint')}
            value={name}
            required
            data-autofocus
            autoComplete="off"
            error={name !== '' && !nameOk ? t('tables.nameWrong') : undefined}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          {columns.map((one, index) => (
            <Group key={one.key} gap="xs" align="start">
              <ColumnFields
                draft={one}
                number={index + 1}
                error={wrong.get(one.key)}
                change={(part) =>
                  setColumns((was) => was.map((other) => (other.key === one.key ? { ...other, ...part } : other)))
                }
              />
              <Button
                size="compact-xs"
                mt={24}
                variant="default"
                aria-label={t('tables.column.removeOf', { number: index + 1 })}
                onClick={() => setColumns((was) => was.filter((other) => other.key !== one.key))}
              >
                {t('tables.column.remove')}
              </Button>
            </Group>
          ))}
          <Group>
            <Button size="compact-sm" variant="default" onClick={() => setColumns((was) => [...was, newColumn()])}>
              {t('tables.column.add')}
            </Button>
          </Group>
          {whole !== null && (
            <Text size="sm" c="var(--hg-failed)" role="alert">
              {whole}
            </Text>
          )}
          {save.error !== null && <FailureView error={save.error} />}
          <Group justify="end">
            <Button variant="default" onClick={() => close(null)}>
              {t('common.cancel')}
            </Button>
            <Button type="submit" loading={save.isPending} disabled={!nameOk}>
              {t('tables.create')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
};
