/** Environments of a project: their values side by side, whether promotions to them are approved, and making them. */

import { Badge, Button, Code, Group, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQueries, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useOff } from '../../access/may.ts';
import { useEngine } from '../../engine.tsx';
import { Loaded } from '../../problem/loaded.tsx';
import { FailureView } from '../../problem/problem-view.tsx';
import { tell } from '../../problem/tell.ts';
import type { Answer } from '../../transport/client.ts';
import { ConfirmName } from '../../ui/confirm-name.tsx';
import { Page } from '../../ui/page.tsx';
import { Section } from '../../ui/section.tsx';
import { Cell, Row, Table } from '../../ui/table.tsx';
import { ProjectChoice, useProject } from '../project-choice.tsx';
import { EditValues } from './edit-values.tsx';
import { typedOf } from './written.ts';
import { RowAct } from '../../ui/row-act.tsx';

const EXAMPLE = 'prod';

type Environment = Answer<'listEnvironments'>['environments'][number];

export const EnvironmentsPage = () => {
  const { t } = useTranslation();
  const engine = useEngine();
  const queries = useQueryClient();
  const project = useProject();
  const off = useOff('environment.manage');
  const [editing, setEditing] = useState<string | null>(null);
  const [deleting, setDeleting] = useState<Environment | null>(null);
  const refresh = (): Promise<void> => queries.invalidateQueries({ queryKey: ['environments'] });
  const list = useQuery({
    queryKey: ['environments', project],
    queryFn: ({ signal }) => engine.call('listEnvironments', { params: { project } }, signal),
  });
  const approve = useMutation({
    mutationFn: ({ name, approval }: Environment) =>
      engine.call('patchEnvironment', { params: { project, environment: name }, body: { approval: !approval } }),
    onSuccess: refresh,
    onError: tell,
  });
  const remove = useMutation({
    mutationFn: ({ name }: Environment) => engine.call('deleteEnvironment', { params: { project, environment: name } }),
    onSuccess: async () => {
      setDeleting(null);
      await refresh();
    },
  });
  return (
    <Page title={t('trust.pages.environments')} lead={t('environments.lead')}>
      <ProjectChoice />
      <Loaded query={list}>
        {({ environments }) => (
          <Stack gap="xl">
            <Table
              label={t('trust.pages.environments')}
              heads={[
                t('environments.name'),
                t('environments.approval'),
                { number: t('environments.count') },
                { acts: t('common.acts') },
              ]}
            >
              {environments.map((one) => (
                <Row key={one.name}>
                  <Cell>
                    <Text size="sm" fw={600}>
                      {one.title}
                    </Text>
                    <Code>{one.name}</Code>
                  </Cell>
                  <Cell>
                    {one.approval ? (
                      <Badge variant="outline" color="teal">
                        {t('environments.approved')}
                      </Badge>
                    ) : (
                      t('environments.atOnce')
                    )}
                  </Cell>
                  <Cell ta="right" className="hg-number">
                    {one.values.length}
                  </Cell>
                  <Cell>
                    <Group gap={4} justify="end" wrap="nowrap">
                      <RowAct
                        of={t('environments.editOf', { name: one.name })}
                        off={off}
                        run={() => setEditing(one.name)}
                      >
                        {t('environments.edit')}
                      </RowAct>
                      {one.name !== 'default' && (
                        <>
                          <RowAct
                            of={t(one.approval ? 'environments.freeOf' : 'environments.guardOf', {
                              name: one.name,
                            })}
                            off={off}
                            run={() => approve.mutate(one)}
                          >
                            {t(one.approval ? 'environments.free' : 'environments.guard')}
                          </RowAct>
                          <RowAct
                            of={t('environments.deleteOf', { name: one.name })}
                            off={off}
                            run={() => setDeleting(one)}
                          >
                            {t('common.delete')}
                          </RowAct>
                        </>
                      )}
                    </Group>
                  </Cell>
                </Row>
              ))}
            </Table>
            <Section title={t('environments.values')} lead={t('environments.valuesLead')}>
              <SideBySide project={project} environments={environments} />
            </Section>
            <NewEnvironment project={project} off={off} made={refresh} />
          </Stack>
        )}
      </Loaded>
      {editing !== null && <EditValues project={project} name={editing} close={() => setEditing(null)} />}
      <ConfirmName
        opened={deleting !== null}
        close={() => setDeleting(null)}
        title={t('environments.deleteOf', { name: deleting?.name ?? '' })}
        name={deleting?.name ?? ''}
        text={t('environments.deleteText')}
        act={t('common.delete')}
        busy={remove.isPending}
        run={() => deleting !== null && remove.mutate(deleting)}
      >
        {remove.error !== null && <FailureView error={remove.error} />}
      </ConfirmName>
    </Page>
  );
};

type SideProps = { readonly project: string; readonly environments: readonly Environment[] };

const SideBySide = ({ project, environments }: SideProps) => {
  const { t } = useTranslation();
  const engine = useEngine();
  const all = useQueries({
    queries: environments.map(({ name, revision }) => ({
      queryKey: ['environments', project, name, revision],
      queryFn: ({ signal }: { readonly signal: AbortSignal }) =>
        engine.call('getVars', { params: { project, environment: name } }, signal),
    })),
  });
  const names = [...new Set(environments.flatMap(({ values }) => values))].toSorted();
  if (names.length === 0) return <Text size="sm">{t('environments.noValues')}</Text>;
  return (
    <Table label={t('environments.values')} heads={[t('environments.value'), ...environments.map(({ name }) => name)]}>
      {names.map((name) => (
        <Row key={name}>
          <Cell fw={600}>
            <Code>{`vars.${name}`}</Code>
          </Cell>
          {environments.map((one, i) => {
            const vars = all[i]?.data?.vars;
            const there = vars !== undefined && Object.hasOwn(vars, name);
            return (
              <Cell key={one.name} style={{ overflowWrap: 'anywhere' }}>
                {there ? (
                  <Text size="sm" lineClamp={3}>
                    {typedOf(vars[name])}
                  </Text>
                ) : (
                  <Text size="sm" c="var(--hg-quiet)">
                    {vars === undefined ? '…' : t('environments.absent')}
                  </Text>
                )}
              </Cell>
            );
          })}
        </Row>
      ))}
    </Table>
  );
};

type NewProps = {
  readonly project: string;
  readonly off: string | undefined;
  readonly made: () => Promise<void>;
};

const NewEnvironment = ({ project, off, made }: NewProps) => {
  const { t } = useTranslation();
  const engine = useEngine();
  const [name, setName] = useState('');
  const create = useMutation({
    mutationFn: () => engine.call('createEnvironment', { params: { project }, body: { name: name.trim() } }),
    onSuccess: async () => {
      setName('');
      await made();
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        create.mutate();
      }}
    >
      <Stack gap="xs">
        <Group align="end">
          <TextInput
            label={t('environments.newName')}
            placeholder={EXAMPLE}
            value={name}
            maxLength={64}
            disabled={off !== undefined}
            onChange={({ currentTarget }) => setName(currentTarget.value)}
          />
          <Button
            type="submit"
            variant="default"
            loading={create.isPending}
            disabled={off !== undefined || name.trim() === ''}
            title={off}
          >
            {t('environments.create')}
          </Button>
        </Group>
        {create.error !== null && <FailureView error={create.error} />}
      </Stack>
    </form>
  );
};
