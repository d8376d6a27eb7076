/** One table: what it is, which rows of it, and what is done to them. What is looked for stands in the address. */

import { Alert, Button, Checkbox, Group, Menu, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useId, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useOff } from '../access/may.ts';
import { useEngine } from '../engine.tsx';
import { Loaded } from '../problem/loaded.tsx';
import { FailureView } from '../problem/problem-view.tsx';
import { tell } from '../problem/tell.ts';
import { tableRoute } from '../router/router.tsx';
import { useProject } from '../trust/project-choice.tsx';
import type { Answer } from '../transport/client.ts';
import { notify } from '../ui/notices.tsx';
import { Page } from '../ui/page.tsx';
import { AddRow } from './add-row.tsx';
import { CellNote } from './cell-note.tsx';
import { Columns } from './columns.tsx';
import { readWhere } from './conditions.ts';
import { DeleteTable } from './delete-table.tsx';
import { cellKey, useEdits } from './edits.ts';
import { Filter } from './filter.tsx';
import { Grid, type Place } from './grid.tsx';
import { ImportCsv } from './import/import-csv.tsx';
import { RenameTable } from './rename-table.tsx';
import { useRows } from './rows.ts';
import type { TableSearch } from './search.ts';

export type TableShown = Answer<'getTable'>;

export const TablePage = () => {
  const { table: id } = tableRoute.useParams();
  const engine = useEngine();
  const project = useProject();
  const table = useQuery({
    queryKey: ['table', project, id],
    queryFn: ({ signal }) => engine.call('getTable', { params: { id }, query: { project } }, signal),
  });
  return (
    <Stack p="md">
      <Loaded query={table}>{(one) => <Shown key={one.id} table={one} project={project} />}</Loaded>
    </Stack>
  );
};

type Dialog = 'row' | 'columns' | 'import' | 'rename' | 'delete';

const Shown = ({ table, project }: { readonly table: TableShown; readonly project: string }) => {
  const { t, i18n } = useTranslation();
  const engine = useEngine();
  const navigate = useNavigate();
  const off = useOff('table.write');
  const note = useId();
  const search = tableRoute.useSearch();
  const set = (part: TableSearch): void =>
    void navigate({ to: '/tables/$table', params: { table: table.id }, search: { ...search, ...part }, replace: true });
  const where = useMemo(() => readWhere(search.where), [search.where]);
  const { sort, order = 'asc', match } = search;
  const rows = useRows(project, table.id, {
    ...(where.length === 0 ? {} : { where: [...where] }),
    ...(match === undefined ? {} : { match }),
    ...(sort === undefined ? {} : { sort: { column: sort, order } }),
  });
  const edits = useEdits(project, table.id, rows);
  const [at, go] = useState<Place>({ row: 0, column: 1 });
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [open, setOpen] = useState(false);
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const { list } = rows;
  const onSort = (column: string): void => {
    if (sort !== column) return set({ sort: column, order: undefined });
    set(order === 'asc' ? { order: 'desc' } : { sort: undefined, order: undefined });
  };
  const save = (): void => {
    const address = engine.path('exportTable', { params: { id: table.id }, query: { project } });
    void engine.transport.save({ path: address, name: `${table.name}.csv` }).catch(tell);
  };
  const number = new Intl.NumberFormat(i18n.language);
  const row = rows.rows[at.row];
  const column = table.columns[at.column - 1];
  const trouble =
    row === undefined || column === undefined ? undefined : edits.troubles.get(cellKey(row.id, column.name));
  const close = (): void => setDialog(null);
  const sealed = table.columns.some((one) => one.sealed === true);
  return (
    <Page
      title={table.name}
      lead={t('tables.counted', { count: table.rows, rows: number.format(table.rows) })}
      acts={
        <>
          <Button size="compact-sm" disabled={off !== undefined} title={off} onClick={() => setDialog('row')}>
            {t('tables.addRow')}
          </Button>
          <Button
            size="compact-sm"
            variant="default"
            disabled={off !== undefined}
            title={off}
            onClick={() => setDialog('import')}
          >
            {t('tables.import.title')}
          </Button>
          <Button size="compact-sm" variant="default" onClick={save}>
            {t('tables.export')}
          </Button>
          <Menu position="bottom-end">
            <Menu.Target>
              <Button size="compact-sm" variant="default">
                {t('tables.more')}
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item disabled={off !== undefined} onClick={() => setDialog('columns')}>
                {t('tables.columns')}
              </Menu.Item>
              <Menu.Item disabled={off !== undefined} onClick={() => setDialog('rename')}>
                {t('tables.rename')}
              </Menu.Item>
              <Menu.Item disabled={off !== undefined} onClick={() => setDialog('delete')}>
                {t('common.delete')}
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </>
      }
    >
      <Filter key={search.where ?? ''} columns={table.columns} where={where} match={match ?? 'all'} set={set} />
      <Group gap="xs">
        <Button
          size="compact-xs"
          variant="default"
          disabled={edits.undo === null}
          title={edits.undo?.title ?? t('tables.undo.none')}
          onClick={() => edits.undo?.run()}
        >
          {t('common.undo')}
        </Button>
        <Button
          size="compact-xs"
          variant="default"
          disabled={off !== undefined || chosen.size === 0}
          title={off ?? (chosen.size === 0 ? t('tables.noneChosen') : undefined)}
          onClick={() => {
            const ids = [...chosen];
            setChosen(new Set());
            edits.remove(ids).then(() => notify({ text: t('tables.removed', { count: ids.length }) }), tell);
          }}
        >
          {t('tables.removeChosen', { count: chosen.size })}
        </Button>
        <Button
          size="compact-xs"
          variant="default"
          disabled={rows.rows.length === 0}
          title={rows.rows.length === 0 ? t('tables.noRows') : undefined}
          onClick={() => setChosen(chosen.size > 0 ? new Set() : new Set(rows.rows.map((one) => one.id)))}
        >
          {t(chosen.size > 0 ? 'tables.chooseNone' : 'tables.chooseShown')}
        </Button>
        <Button size="compact-xs" variant="default" loading={list.isRefetching} onClick={() => void list.refetch()}>
          {t('tables.reload')}
        </Button>
        {sealed && (
          <Checkbox
            size="xs"
            label={t('tables.showSealed')}
            checked={open}
            onChange={(event) => setOpen(event.currentTarget.checked)}
          />
        )}
        <Text size="xs" c="var(--hg-quiet)" role="status">
          {edits.saving ? t('tables.saving') : ''}
        </Text>
      </Group>
      {list.error !== null && <FailureView error={list.error} again={() => void list.refetch()} />}
      {table.columns.length === 0 && (
        <Alert color="gray" variant="outline">
          <Text size="sm">{t('tables.noColumns')}</Text>
        </Alert>
      )}
      {list.data !== undefined && table.columns.length > 0 && (
        <Grid
          label={t('tables.grid.of', { table: table.name })}
          columns={table.columns}
          rows={rows.rows}
          total={where.length === 0 ? table.rows : list.hasNextPage ? null : rows.rows.length}
          more={list.hasNextPage && !list.isFetchingNextPage ? () => void list.fetchNextPage() : undefined}
          sort={sort === undefined ? null : { column: sort, order }}
          onSort={onSort}
          chosen={chosen}
          choose={(one) =>
            setChosen((was) => new Set(was.has(one) ? [...was].filter((other) => other !== one) : [...was, one]))
          }
          troubles={edits.troubles}
          open={open}
          off={off}
          save={edits.save}
          undo={edits.undo?.run}
          note={note}
          at={at}
          go={go}
        />
      )}
      <div id={note}>
        {trouble !== undefined && row !== undefined && column !== undefined ? (
          <CellNote
            column={column}
            trouble={trouble}
            again={() => edits.save(row.id, column, trouble.text, true)}
            forget={() => edits.forget(row.id, column.name)}
          />
        ) : (
          <Text size="xs" c="var(--hg-quiet)">
            {list.data !== undefined && rows.rows.length === 0
              ? t(where.length === 0 ? 'tables.empty' : 'tables.noneFound')
              : t('tables.grid.help')}
          </Text>
        )}
      </div>
      {dialog === 'row' && <AddRow columns={table.columns} add={edits.add} close={close} />}
      {dialog === 'columns' && (
        <Columns table={table} project={project} close={close} changed={() => void list.refetch()} />
      )}
      {dialog === 'rename' && <RenameTable table={table} project={project} close={close} />}
      {dialog === 'delete' && (
        <DeleteTable
          table={table}
          project={project}
          close={close}
          gone={() => void navigate({ to: '/tables', search: { project: search.project } })}
        />
      )}
      {dialog === 'import' && (
        <ImportCsv
          table={table}
          project={project}
          close={(changed) => {
            close();
            if (changed) void list.refetch();
          }}
        />
      )}
    </Page>
  );
};
