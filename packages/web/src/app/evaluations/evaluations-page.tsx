/** The datasets of a project, and the evaluations of one of its flows. Which flow stands in the address. */

import { Anchor, Button, Group, NativeSelect, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useOff } from '../access/may.ts';
import { useEngine } from '../engine.tsx';
import { Loaded } from '../problem/loaded.tsx';
import { paths } from '../router/paths.ts';
import { evaluationsRoute } from '../router/router.tsx';
import { ProjectChoice, useProject } from '../trust/project-choice.tsx';
import type { Answer } from '../transport/client.ts';
import { Empty } from '../ui/empty.tsx';
import { Page } from '../ui/page.tsx';
import { RowAct } from '../ui/row-act.tsx';
import { Section } from '../ui/section.tsx';
import { Cell, Row, Table } from '../ui/table.tsx';
import { When } from '../ui/when.tsx';
import { BeginEvaluation } from './begin-evaluation.tsx';
import { DatasetForm } from './dataset-form.tsx';
import { DeleteDataset } from './delete-dataset.tsx';
import { EvaluationList } from './evaluation-list.tsx';

type Listed = Answer<'listDatasets'>['datasets'][number];

export const EvaluationsPage = () => {
  const { t } = useTranslation();
  const engine = useEngine();
  const navigate = useNavigate();
  const project = useProject();
  const search = evaluationsRoute.useSearch();
  const [begins, setBegins] = useState(false);
  const datasets = useQuery({
    queryKey: ['datasets', project],
    queryFn: ({ signal }) => engine.call('listDatasets', { query: { project } }, signal),
  });
  const flows = useQuery({
    queryKey: ['flows', 'of', project],
    queryFn: ({ signal }) => engine.call('listFlows', { query: { project, limit: '200' } }, signal),
  });
  const known = flows.data?.flows ?? [];
  const flow = search.flow ?? '';
  const offRun = useOff('run');
  const why =
    offRun ??
    (flow === ''
      ? t('evaluations.begin.noFlow')
      : datasets.data?.datasets.length === 0
        ? t('evaluations.begin.noDataset')
        : undefined);
  return (
    <Stack p="md">
      <Page title={t('evaluations.title')} lead={t('evaluations.lead')}>
        <ProjectChoice />
        <Loaded query={datasets}>{(list) => <Datasets list={list.datasets} project={project} />}</Loaded>
        <Section
          title={t('evaluations.ofFlow')}
          lead={t('evaluations.ofFlowLead')}
          acts={
            <Button size="compact-sm" disabled={why !== undefined} title={why} onClick={() => setBegins(true)}>
              {t('evaluations.begin.open')}
            </Button>
          }
        >
          <NativeSelect
            label={t('evaluations.flow')}
            w={{ base: '100%', xs: 320 }}
            value={flow}
            data={[
              { value: '', label: t('evaluations.chooseFlow') },
              ...(flow === '' || known.some(({ id }) => id === flow) ? [] : [{ value: flow, label: flow }]),
              ...known.map(({ id, name }) => ({ value: id, label: name })),
            ]}
            onChange={({ currentTarget: { value } }) =>
              void navigate({
                to: '/evaluations',
                search: { ...search, flow: value === '' ? undefined : value },
                replace: true,
              })
            }
          />
          {flow !== '' && <EvaluationList key={flow} flow={flow} />}
        </Section>
      </Page>
      {begins && (
        <BeginEvaluation
          flow={flow}
          project={project}
          datasets={datasets.data?.datasets}
          close={(made) => {
            setBegins(false);
            if (made !== null)
              void navigate({ to: '/evaluations/$flow/$evaluation', params: { flow, evaluation: made }, search: {} });
          }}
        />
      )}
    </Stack>
  );
};

const Datasets = ({ list, project }: { readonly list: readonly Listed[]; readonly project: string }) => {
  const { t, i18n } = useTranslation();
  const navigate = useNavigate();
  const search = evaluationsRoute.useSearch();
  const off = useOff('flow.write');
  const [making, setMaking] = useState(false);
  const [deleting, setDeleting] = useState<Listed | null>(null);
  const number = new Intl.NumberFormat(i18n.language);
  const create = (
    <Button size="compact-sm" disabled={off !== undefined} title={off} onClick={() => setMaking(true)}>
      {t('evaluations.dataset.create')}
    </Button>
  );
  return (
    <Section title={t('evaluations.datasets')} acts={list.length === 0 ? undefined : create}>
      {list.length === 0 ? (
        <Empty text={t('evaluations.dataset.none')} act={create} />
      ) : (
        <Table
          label={t('evaluations.datasets')}
          heads={[
            t('evaluations.name'),
            { number: t('evaluations.rows') },
            { number: t('evaluations.dataset.version') },
            t('evaluations.dataset.changed'),
            { acts: t('common.acts') },
          ]}
        >
          {list.map((one) => (
            <Row key={one.id}>
              <Cell fw={600}>
                <Anchor
                  component={Link}
                  to={paths.dataset(one.id, search.project)}
                  size="sm"
                  c="inherit"
                  underline="always"
                >
                  {one.name}
                </Anchor>
              </Cell>
              <Cell ta="right" className="hg-number">
                {number.format(one.size)}
              </Cell>
              <Cell ta="right" className="hg-number">
                {number.format(one.version)}
              </Cell>
              <Cell>
                <Text span size="sm">
                  <When iso={one.updated} />
                </Text>
              </Cell>
              <Cell>
                <Group justify="end">
                  <RowAct of={t('evaluations.deleteOf', { name: one.name })} off={off} run={() => setDeleting(one)}>
                    {t('common.delete')}
                  </RowAct>
                </Group>
              </Cell>
            </Row>
          ))}
        </Table>
      )}
      {making && (
        <DatasetForm
          project={project}
          close={(made) => {
            setMaking(false);
            if (made !== null)
              void navigate({
                to: '/evaluations/datasets/$dataset',
                params: { dataset: made },
                search: { project: search.project },
              });
          }}
        />
      )}
      {deleting !== null && <DeleteDataset dataset={deleting} project={project} close={() => setDeleting(null)} />}
    </Section>
  );
};
