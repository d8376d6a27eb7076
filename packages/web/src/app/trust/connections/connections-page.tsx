/** Connections: what flows may do at outside services in somebody's name, and how each stands. */

import { Badge, Button, Group, Modal, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useOff } from '../../access/may.ts';
import { Who } from '../../access/who.tsx';
import { Agree } from '../../connections/agree.tsx';
import { ConnectionForm } from '../../connections/connection-form.tsx';
import { StateMark } from '../../connections/state-mark.tsx';
import { useEngine } from '../../engine.tsx';
import { Loaded } from '../../problem/loaded.tsx';
import { FailureView } from '../../problem/problem-view.tsx';
import { tell } from '../../problem/tell.ts';
import type { Answer } from '../../transport/client.ts';
import { ConfirmName } from '../../ui/confirm-name.tsx';
import { Empty } from '../../ui/empty.tsx';
import { notify } from '../../ui/notices.tsx';
import { Page } from '../../ui/page.tsx';
import { RowAct } from '../../ui/row-act.tsx';
import { Cell, Row, Table } from '../../ui/table.tsx';
import { When } from '../../ui/when.tsx';
import { SecretUses } from '../secrets/secret-uses.tsx';
import { ProjectChoice, useProject } from '../project-choice.tsx';

type Connection = Answer<'listConnections'>['connections'][number];

export const ConnectionsPage = () => {
  const { t } = useTranslation();
  const engine = useEngine();
  const queries = useQueryClient();
  const project = useProject();
  const off = useOff('secret.write');
  const [making, setMaking] = useState(false);
  const [agreeing, setAgreeing] = useState<Connection | null>(null);
  const [asking, setAsking] = useState<Connection | null>(null);
  const [deleting, setDeleting] = useState<Connection | null>(null);
  const list = useQuery({
    queryKey: ['connections', project],
    queryFn: ({ signal }) => engine.call('listConnections', { query: { project } }, signal),
  });
  const renewed = async (): Promise<void> => {
    await queries.invalidateQueries({ queryKey: ['connections'] });
    await queries.invalidateQueries({ queryKey: ['secrets'] });
  };
  const disconnect = useMutation({
    mutationFn: ({ name, environment }: Connection) =>
      engine.call('disconnect', { params: { name }, body: { project, environment } }),
    onSuccess: async ({ revoked }, { name }) => {
      notify({ text: t(revoked === true ? 'connections.ended' : 'connections.endedHere', { name }) });
      await renewed();
    },
    onError: tell,
  });
  const remove = useMutation({
    mutationFn: ({ name, environment }: Connection) =>
      engine.call('deleteConnection', { params: { name }, query: { project, environment } }),
    onSuccess: async (_, { name }) => {
      setDeleting(null);
      notify({ text: t('connections.deleted', { name }) });
      await renewed();
    },
  });
  const connected = (name: string): void => {
    notify({ text: t('connections.connectedNow', { name }) });
    void renewed();
  };
  const create = (
    <Button disabled={off !== undefined} title={off} onClick={() => setMaking(true)}>
      {t('connections.create')}
    </Button>
  );
  return (
    <Page title={t('trust.pages.connections')} lead={t('connections.lead')} acts={create}>
      <ProjectChoice />
      <Loaded query={list}>
        {({ connections }) =>
          connections.length === 0 ? (
            <Empty
              text={t('connections.empty')}
              act={create}
              example="./headgate connection create shop --client-file shop.json --origin https://api.shop.example --key-file key.txt"
            />
          ) : (
            <Table
              label={t('trust.pages.connections')}
              heads={[
                t('connections.name'),
                t('connections.state'),
                t('connections.goes'),
                t('connections.by'),
                t('connections.until'),
                { acts: t('common.acts') },
              ]}
            >
              {connections.map((one) => (
                <Row key={one.id}>
                  <Cell>
                    <Text size="sm" fw={600}>
                      {one.name}
                    </Text>
                    {one.environment !== '*' && <Badge variant="default">{one.environment}</Badge>}
                  </Cell>
                  <Cell>
                    <StateMark state={one.state} />
                    {one.problem !== null && (
                      <Text size="xs" maw={320}>
                        {one.problem.text}
                      </Text>
                    )}
                  </Cell>
                  <Cell>
                    {one.origins.map((origin) => (
                      <Text key={origin} size="sm" style={{ overflowWrap: 'anywhere' }}>
                        {origin}
                      </Text>
                    ))}
                  </Cell>
                  <Cell>
                    <Who id={one.connectedBy} />
                    {one.connected !== null && (
                      <Text size="xs" c="var(--hg-quiet)">
                        <When iso={one.connected} />
                      </Text>
                    )}
                  </Cell>
                  <Cell>
                    {one.renewed ? t('connections.renewed') : one.expires === null ? '–' : <When iso={one.expires} />}
                  </Cell>
                  <Cell>
                    <Group gap={4} justify="end" wrap="nowrap">
                      <RowAct of={t('oversight.uses.title', { name: one.name })} run={() => setAsking(one)}>
                        {t('oversight.uses.uses')}
                      </RowAct>
                      <RowAct
                        of={t(one.state === 'new' ? 'connections.connectOf' : 'connections.reconnectOf', {
                          name: one.name,
                        })}
                        off={off}
                        run={() => setAgreeing(one)}
                      >
                        {t(one.state === 'new' ? 'connections.connect' : 'connections.reconnect')}
                      </RowAct>
                      <RowAct
                        of={t('connections.endOf', { name: one.name })}
                        off={
                          off ?? (one.connected === null || one.state === 'new' ? t('connections.endNone') : undefined)
                        }
                        disabled={disconnect.isPending}
                        run={() => disconnect.mutate(one)}
                      >
                        {t('connections.end')}
                      </RowAct>
                      <RowAct of={t('connections.deleteOf', { name: one.name })} off={off} run={() => setDeleting(one)}>
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
      {asking !== null && <SecretUses secret={asking} project={project} close={() => setAsking(null)} />}
      {making && (
        <ConnectionForm
          project={project}
          name=""
          origin=""
          close={(made) => {
            setMaking(false);
            if (made !== null) void renewed();
          }}
        />
      )}
      {agreeing !== null && (
        <Modal
          opened
          onClose={() => setAgreeing(null)}
          title={t('connections.connectOf', { name: agreeing.name })}
          closeButtonProps={{ 'aria-label': t('common.close') }}
        >
          <Agree
            project={project}
            name={agreeing.name}
            environment={agreeing.environment}
            cancel={() => setAgreeing(null)}
            done={() => {
              setAgreeing(null);
              connected(agreeing.name);
            }}
          />
        </Modal>
      )}
      <ConfirmName
        opened={deleting !== null}
        close={() => setDeleting(null)}
        title={t('connections.deleteOf', { name: deleting?.name ?? '' })}
        name={deleting?.name ?? ''}
        text={t('connections.deleteText')}
        act={t('common.delete')}
        busy={remove.isPending}
        run={() => deleting !== null && remove.mutate(deleting)}
      >
        {remove.error !== null && <FailureView error={remove.error} />}
      </ConfirmName>
    </Page>
  );
};
