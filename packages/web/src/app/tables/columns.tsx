/** The columns of a table: renamed, asked more or less of, added, deleted. What a column holds and whether it is sealed stays. */

import { Button, Checkbox, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import type { ColumnChange } from '@headgate/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useEngine } from '../engine.tsx';
import { FailureView } from '../problem/problem-view.tsx';
import { Section } from '../ui/section.tsx';
import { Cell, Row, Table } from '../ui/table.tsx';
import { RowAct } from '../ui/row-act.tsx';
import { ConfirmName } from '../ui/confirm-name.tsx';
import { type ColumnDraft, ColumnFields, newColumn, specOf } from './column-fields.tsx';
import type { ColumnShown } from './conditions.ts';
import type { TableShown } from './table-page.tsx';

type Props = {
  readonly table: TableShown;
  readonly project: string;
  readonly close: () => void;
  readonly changed: () => void;
};

export const Columns = ({ table, project, close, changed }: Props) => {
  const { t } = useTranslation();
  const engine = useEngine();
  const queries = useQueryClient();
  const [draft, setDraft] = useState<ColumnDraft>(newColumn);
  const [wrong, setWrong] = useState<string | undefined>(undefined);
  const [deleting, setDeleting] = useState<ColumnShown | null>(null);
  const at = (column: string) => ({ params: { id: table.id }, query: { project, column } });
  const act = useMutation({
    mutationFn: (work: () => Promise<TableShown>) => work(),
    onSuccess: (now) => {
      queries.setQueryData(['table', project, table.id], now);
      void queries.invalidateQueries({ queryKey: ['tables', project] });
      setDeleting(null);
      changed();
    },
  });
  const change = (column: string, body: ColumnChange): void =>
    act.mutate(() => engine.call('patchColumn', { ...at(column), body }));
  const add = (): void => {
    const read = draft.name.trim() === '' ? ({ ok: false, text: t('tables.needed') } as const) : specOf(draft);
    setWrong(read.ok ? undefined : read.text);
    if (!read.ok) return;
    const body = read.value;
    act.mutate(async () => {
      const now = await engine.call('addColumn', { params: { id: table.id }, query: { project }, body });
      setDraft(newColumn());
      return now;
    });
  };
  return (
    <Modal
      opened
      onClose={close}
      size="xl"
      title={t('tables.columnsOf', { name: table.name })}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <Stack>
        {table.columns.length > 0 && (
          <Table
            label={t('tables.columns')}
            heads={[t('tables.name'), t('tables.holds'), t('tables.asks'), { acts: t('common.acts') }]}
          >
            {table.columns.map((one) => (
              <Row key={one.name}>
                <Cell>
                  <TextInput
                    size="xs"
                    aria-label={t('tables.column.nameOf', { name: one.name })}
                    defaultValue={one.name}
                    onKeyDown={(event) => event.key === 'Enter' && event.currentTarget.blur()}
                    onBlur={({ currentTarget }) => {
                      const name = currentTarget.value.trim();
                      if (name === '') currentTarget.value = one.name;
                      else if (name !== one.name) change(one.name, { name });
                    }}
                  />
                </Cell>
                <Cell>
                  {t(`tables.types.${one.type}`)}
                  {one.sealed === true && `, ${t('tables.sealed')}`}
                  {one.choices !== undefined && (
                    <Text size="xs" c="var(--hg-quiet)">
                      {one.choices.join(', ')}
                    </Text>
                  )}
                </Cell>
                <Cell>
                  <Group gap="xs" role="group" aria-label={t('tables.column.asksOf', { name: one.name })}>
                    {(['required', 'unique'] as const).map((what) => (
                      <Checkbox
                        key={what}
                        size="xs"
                        label={t(`tables.${what}`)}
                        checked={one[what] === true}
                        disabled={act.isPending || (what === 'unique' && one.sealed === true)}
                        title={what === 'unique' && one.sealed === true ? t('tables.column.noUnique') : undefined}
                        onChange={(event) => change(one.name, { [what]: event.currentTarget.checked })}
                      />
                    ))}
                  </Group>
                </Cell>
                <Cell>
                  <RowAct of={t('tables.column.deleteOf', { name: one.name })} run={() => setDeleting(one)}>
                    {t('common.delete')}
                  </RowAct>
                </Cell>
              </Row>
            ))}
          </Table>
        )}
        {act.error !== null && deleting === null && <FailureView error={act.error} />}
        <Section title={t('tables.column.add')} order={3}>
          <form
            onSubmit={(event) => {
              event.preventDefault();
              add();
            }}
          >
            <Group align="start">
              <ColumnFields
                draft={draft}
                number={table.columns.length + 1}
                error={wrong}
                focused
                change={(part) => setDraft((was) => ({ ...was, ...part }))}
              />
              <Button size="compact-sm" mt={24} type="submit" loading={act.isPending}>
                {t('tables.column.add')}
              </Button>
            </Group>
          </form>
        </Section>
      </Stack>
      <ConfirmName
        opened={deleting !== null}
        close={() => setDeleting(null)}
        title={t('tables.column.deleteOf', { name: deleting?.name ?? '' })}
        name={deleting?.name ?? ''}
        text={t('tables.column.deleteText', { count: table.rows })}
        act={t('common.delete')}
        busy={act.isPending}
        run={() => {
          if (deleting !== null) act.mutate(() => engine.call('deleteColumn', at(deleting.name)));
        }}
      >
        {act.error !== null && <FailureView error={act.error} />}
      </ConfirmName>
    </Modal>
  );
};
