/** Data of a project: its tables, and beside them values by key. */

import { Anchor, Badge, Button, Group, SegmentedControl, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useOff } from '../access/may.ts';
import { useEngine } from '../engine.tsx';
import { Loaded } from '../problem/loaded.tsx';
import { paths } from '../router/paths.ts';
import { tablesRoute } from '../router/router.tsx';
import { ProjectChoice, useProject } from '../trust/project-choice.tsx';
import type { Answer } from '../transport/client.ts';
import { Empty } from '../ui/empty.tsx';
import { Page } from '../ui/page.tsx';
import { RowAct } from '../ui/row-act.tsx';
import { Cell, Row, Table } from '../ui/table.tsx';
import { When } from '../ui/when.tsx';
import { DeleteTable } from './delete-table.tsx';
import { RenameTable } from './rename-table.tsx';
import { TableForm } from './table-form.tsx';
import { Values } from './values/values.tsx';

type Listed = Answer<'listTables'>['tables'][number];

export const TablesPage = () => {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const search = tablesRoute.useSearch();
  const off = useOff('table.write');
  const shown = search.shown ?? 'tables';
  const make = (open: boolean): void =>
    void navigate({ to: '/tables', search: { ...search, make: open ? 'table' : undefined }, replace: true });
  const create = (
    <Button disabled={off !== undefined} title={off} onClick={() => make(true)}>
      {t('tables.create')}
    </Button>
  );
  return (
    <Stack p="md">
      <Page title={t('tables.title')} lead={t('tables.lead')} acts={shown === 'tables' ? create : undefined}>
        <ProjectChoice />
        <SegmentedControl
          size="xs"
          aria-label={t('tables.views')}
          value={shown}
          onChange={(value) =>
            void navigate({
              to: '/tables',
              search: { project: search.project, shown: value === 'values' ? 'values' : undefined },
              replace: true,
            })
          }
          data={[
            { value: 'tables', label: t('tables.title') },
            { value: 'values', label: t('tables.values.title') },
          ]}
          style={{ alignSelf: 'start' }}
        />
        {shown === 'tables' ? <List create={create} make={make} making={search.make === 'table'} /> : <Values />}
      </Page>
    </Stack>
  );
};

type ListProps = {
  readonly create: React.ReactNode;
  readonly make: (open: boolean) => void;
  readonly making: boolean;
};

const List = ({ create, make, making }: ListProps) => {
  const { t, i18n } = useTranslation();
  const engine = useEngine();
  const navigate = useNavigate();
  const project = useProject();
  const search = tablesRoute.useSearch();
  const off = useOff('table.write');
  const [renaming, setRenaming] = useState<Listed | null>(null);
  const [deleting, setDeleting] = useState<Listed | null>(null);
  const list = useQuery({
    queryKey: ['tables', project],
    queryFn: ({ signal }) => engine.call('listTables', { query: { project } }, signal),
  });
  const number = new Intl.NumberFormat(i18n.language);
  return (
    <>
      <Loaded query={list}>
        {({ tables }) =>
          tables.length === 0 ? (
            <Empty text={t('tables.none')} act={create} />
          ) : (
            <Table
              label={t('tables.title')}
              heads={[
                t('tables.name'),
                t('tables.columns'),
                { number: t('tables.rows') },
                t('tables.changed'),
                { acts: t('common.acts') },
              ]}
            >
              {tables.map((one) => (
                <Row key={one.id}>
                  <Cell fw={600}>
                    <Anchor
                      component={Link}
                      to={paths.table(one.id, search.project)}
                      size="sm"
                      c="inherit"
                      underline="always"
                    >
                      {one.name}
                    </Anchor>
                  </Cell>
                  <Cell>
                    {one.columns.map(({ name }) => name).join(', ')}{' '}
                    {one.columns.some(({ sealed }) => sealed === true) && (
                      <Badge variant="default">{t('tables.sealed')}</Badge>
                    )}
                  </Cell>
                  <Cell ta="right" className="hg-number">
                    {number.format(one.rows)}
                  </Cell>
                  <Cell>
                    <When iso={one.updated} />
                  </Cell>
                  <Cell>
                    <Group gap={4} justify="end" wrap="nowrap">
                      <RowAct of={t('tables.renameOf', { name: one.name })} off={off} run={() => setRenaming(one)}>
                        {t('tables.rename')}
                      </RowAct>
                      <RowAct of={t('tables.deleteOf', { name: one.name })} off={off} run={() => setDeleting(one)}>
                        {t('common.delete')}
                      </RowAct>
                    </Group>
                  </Cell>
                </Row>
              ))}
            </Table>
          )
        }
      </Loaded>
      {making && (
        <TableForm
          project={project}
          close={(made) => {
            if (made === null) make(false);
            else
              void navigate({ to: '/tables/$table', params: { table: made.id }, search: { project: search.project } });
          }}
        />
      )}
      {renaming !== null && <RenameTable table={renaming} project={project} close={() => setRenaming(null)} />}
      {deleting !== null && <DeleteTable table={deleting} project={project} close={() => setDeleting(null)} />}
    </>
  );
};
