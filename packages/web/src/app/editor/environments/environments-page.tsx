/** Where which version of this flow runs, promoting one, and promotions that wait for somebody's word. */

import { Group, Stack, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useOff } from '../../access/may.ts';
import { Who } from '../../access/who.tsx';
import { Loaded } from '../../problem/loaded.tsx';
import { tell } from '../../problem/tell.ts';
import type { Answer } from '../../transport/client.ts';
import { notify } from '../../ui/notices.tsx';
import { Section } from '../../ui/section.tsx';
import { Cell, Row, Table } from '../../ui/table.tsx';
import { When } from '../../ui/when.tsx';
import { useEditor } from '../editor-context.ts';
import { Promote } from './promote.tsx';
import { Promotions } from './promotions.tsx';
import { RowAct } from '../../ui/row-act.tsx';

type Deployment = Answer<'listDeployments'>['deployments'][number];

export const EnvironmentsPage = () => {
  const { t } = useTranslation();
  const { client, draft } = useEditor();
  const queries = useQueryClient();
  const off = useOff('environment.manage');
  const { id } = draft;
  const flow = useQuery({
    queryKey: ['flow', id],
    queryFn: ({ signal }) => client.call('getFlow', { params: { id } }, signal),
  });
  const project = flow.data?.project;
  const environments = useQuery({
    queryKey: ['environments', project],
    queryFn: ({ signal }) => client.call('listEnvironments', { params: { project: project ?? '' } }, signal),
    enabled: project !== undefined,
  });
  const deployments = useQuery({
    queryKey: ['deployments', id],
    queryFn: ({ signal }) => client.call('listDeployments', { params: { id } }, signal),
  });
  const refresh = async (): Promise<void> => {
    await Promise.all(
      ['deployments', 'promotions', 'powers'].map((key) => queries.invalidateQueries({ queryKey: [key] })),
    );
  };
  const end = useMutation({
    mutationFn: ({ environment }: Deployment) => client.call('endDeployment', { params: { id, environment } }),
    onSuccess: async (_, { environment }) => {
      notify({ text: t('environments.flow.ended', { environment }) });
      await refresh();
    },
    onError: tell,
  });
  return (
    <Stack>
      <Text size="sm">{t('environments.flow.lead')}</Text>
      <Section title={t('environments.flow.runs')}>
        <Loaded query={deployments}>
          {({ deployments: list }) =>
            list.length === 0 ? (
              <Text size="sm">{t('environments.flow.nowhere')}</Text>
            ) : (
              <Table
                label={t('environments.flow.runs')}
                heads={[
                  t('environments.name'),
                  t('environments.flow.version'),
                  t('environments.flow.since'),
                  { acts: t('common.acts') },
                ]}
              >
                {list.map((one) => (
                  <Row key={one.environment}>
                    <Cell fw={600}>{one.environment}</Cell>
                    <Cell className="hg-number">{one.version}</Cell>
                    <Cell>
                      {one.at === null ? (
                        t('environments.flow.latest')
                      ) : (
                        <>
                          <When iso={one.at} /> · <Who id={one.by} />
                        </>
                      )}
                    </Cell>
                    <Cell>
                      {one.at !== null && (
                        <Group justify="end">
                          <RowAct
                            of={t('environments.flow.endOf', { environment: one.environment })}
                            off={off}
                            run={() => end.mutate(one)}
                          >
                            {t('environments.flow.end')}
                          </RowAct>
                        </Group>
                      )}
                    </Cell>
                  </Row>
                ))}
              </Table>
            )
          }
        </Loaded>
      </Section>
      <Section title={t('environments.promote.title')} lead={t('environments.promote.lead')}>
        <Loaded query={environments}>
          {({ environments: list }) => <Promote flow={id} environments={list} off={off} done={refresh} />}
        </Loaded>
      </Section>
      <Section title={t('environments.promotions.title')}>
        <Promotions flow={id} off={off} done={refresh} />
      </Section>
    </Stack>
  );
};
