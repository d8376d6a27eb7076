/** A new row: a field a column, with what is wrong with each at it. Nothing is added before all of it fits. */

import { Button, Checkbox, Group, Modal, NativeSelect, Stack, Textarea } from '@mantine/core';
import { fromText, type Problem, toText } from '@headgate/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FailureView } from '../problem/problem-view.tsx';
import { notify } from '../ui/notices.tsx';
import { growing } from '../ui/growing.ts';
import type { ColumnShown } from './conditions.ts';
import type { TableRow } from './rows.ts';

type Props = {
  readonly columns: readonly ColumnShown[];
  readonly add: (values: Readonly<Record<string, unknown>>) => Promise<TableRow | null>;
  readonly close: () => void;
};

export const AddRow = ({ columns, add, close }: Props) => {
  const { t } = useTranslation();
  const begun = (): Readonly<Record<string, string>> =>
    Object.fromEntries(columns.map((one) => [one.name, toText(one.default ?? null)]));
  const [texts, setTexts] = useState(begun);
  const [wrong, setWrong] = useState<ReadonlyMap<string, string>>(new Map());
  const [another, setAnother] = useState(false);
  const save = useMutation({
    mutationFn: (values: Readonly<Record<string, unknown>>) => add(values),
    onSuccess: () => {
      notify({ text: t('tables.added') });
      if (another) setTexts(begun());
      else close();
    },
  });
  const submit = (): void => {
    const troubles = new Map<string, string>();
    const values: Record<string, unknown> = {};
    const say = (column: string, problem: Problem): void => void troubles.set(column, problem.text);
    for (const column of columns) {
      const text = texts[column.name] ?? '';
      const read = fromText({ ...column, id: '' }, text);
      if (!read.ok) say(column.name, read.problem);
      else if (read.value === null && column.required === true) troubles.set(column.name, t('tables.needed'));
      else values[column.name] = read.value;
    }
    setWrong(troubles);
    if (troubles.size === 0) save.mutate(values);
  };
  return (
    <Modal opened onClose={close} title={t('tables.addRow')} closeButtonProps={{ 'aria-label': t('common.close') }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Stack gap="sm">
          {columns.map((column, index) => {
            const choices =
              column.type === 'boolean'
                ? [
                    { value: 'true', label: t('tables.grid.yes') },
                    { value: 'false', label: t('tables.grid.no') },
                  ]
                : column.type === 'choice'
                  ? (column.choices ?? []).map((one) => ({ value: one, label: one }))
                  : null;
            const common = {
              label: column.name,
              withAsterisk: column.required === true,
              description: t(`tables.types.${column.type}`),
              error: wrong.get(column.name),
              value: texts[column.name] ?? '',
              ...(index === 0 ? { 'data-autofocus': true } : {}),
              onChange: ({ currentTarget: { value } }: { readonly currentTarget: { readonly value: string } }) =>
                setTexts((was) => ({ ...was, [column.name]: value })),
            };
            return choices === null ? (
              <Textarea
                key={column.name}
                {...common}
                {...growing(1, 8)}
                placeholder={column.type === 'date-time' ? '2026-03-01T09:30:00Z' : undefined}
              />
            ) : (
              <NativeSelect
                key={column.name}
                {...common}
                data={[{ value: '', label: t('tables.grid.empty') }, ...choices]}
              />
            );
          })}
          {save.error !== null && <FailureView error={save.error} />}
          <Group justify="space-between">
            <Checkbox
              label={t('tables.another')}
              checked={another}
              onChange={(event) => setAnother(event.currentTarget.checked)}
            />
            <Group gap="xs">
              <Button variant="default" onClick={close}>
                {t('common.cancel')}
              </Button>
              <Button type="submit" loading={save.isPending}>
                {t('tables.addRow')}
              </Button>
            </Group>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
};
