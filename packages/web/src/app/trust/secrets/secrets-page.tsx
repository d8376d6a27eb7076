/** Secrets: what may be used and not seen. They are written and never read back; each goes to its own origins alone. */

import { Badge, Button, Group, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useOff } from '../../access/may.ts';
import { useEngine } from '../../engine.tsx';
import { Loaded } from '../../problem/loaded.tsx';
import { FailureView } from '../../problem/problem-view.tsx';
import type { Answer } from '../../transport/client.ts';
import { ConfirmName } from '../../ui/confirm-name.tsx';
import { Empty } from '../../ui/empty.tsx';
import { notify } from '../../ui/notices.tsx';
import { Page } from '../../ui/page.tsx';
import { Cell, Row, Table } from '../../ui/table.tsx';
import { When } from '../../ui/when.tsx';
import { ProjectChoice, useProject } from '../project-choice.tsx';
import type { Secret } from './secret.ts';
import { SecretForm } from './secret-form.tsx';
import { SecretUses } from './secret-uses.tsx';
import { RowAct } from '../../ui/row-act.tsx';

/** Connections have a page of their own. */
const isSecret = (one: Answer<'listSecrets'>['secrets'][number]): one is Secret => one.kind !== 'connection';

export const SecretsPage = () => {
  const { t } = useTranslation();
  const engine = useEngine();
  const queries = useQueryClient();
  const project = useProject();
  const off = useOff('secret.write');
  const [writing, setWriting] = useState<Secret | 'new' | null>(null);
  const [asking, setAsking] = useState<Secret | null>(null);
  const [deleting, setDeleting] = useState<Secret | null>(null);
  const list = useQuery({
    queryKey: ['secrets', project],
    queryFn: ({ signal }) => engine.call('listSecrets', { query: { project } }, signal),
  });
  const remove = useMutation({
    mutationFn: ({ name, environment }: Secret) =>
      engine.call('deleteSecret', { params: { name }, query: { project, environment } }),
    onSuccess: async (_, { name }) => {
      setDeleting(null);
      notify({ text: t('trust.secrets.deleted', { name }) });
      await queries.invalidateQueries({ queryKey: ['secrets'] });
    },
  });
  const create = (
    <Button disabled={off !== undefined} title={off} onClick={() => setWriting('new')}>
      {t('trust.secrets.create')}
    </Button>
  );
  return (
    <Page title={t('trust.pages.secrets')} lead={t('trust.secrets.lead')} acts={create}>
      <ProjectChoice />
      <Loaded query={list}>
        {({ secrets }) =>
          secrets.filter(isSecret).length === 0 ? (
            <Empty
              text={t('trust.secrets.empty')}
              act={create}
              example="./headgate secret set github --origin https://api.github.com --key-file key.txt"
            />
          ) : (
            <Table
              label={t('trust.pages.secrets')}
              heads={[
                t('trust.secrets.name'),
                t('trust.secrets.kind'),
                t('trust.secrets.origins'),
                t('trust.secrets.environment'),
                t('trust.secrets.written'),
                { acts: t('common.acts') },
              ]}
            >
              {secrets.filter(isSecret).map((one) => (
                <Row key={one.id}>
                  <Cell fw={600}>{one.name}</Cell>
                  <Cell>{t(`trust.secrets.kinds.${one.kind}`)}</Cell>
                  <Cell>
                    {one.origins.length === 0 ? (
                      <Text size="sm" c="var(--hg-quiet)">
                        {t('trust.secrets.nowhere')}
                      </Text>
                    ) : (
                      one.origins.map((origin) => (
                        <Text key={origin} size="sm" style={{ overflowWrap: 'anywhere' }}>
                          {origin}
                        </Text>
                      ))
                    )}
                  </Cell>
                  <Cell>
                    {one.environment === '*' ? (
                      t('trust.secrets.every')
                    ) : (
                      <Badge variant="default">{one.environment}</Badge>
                    )}
                  </Cell>
                  <Cell>
                    <When iso={one.updated} />
                    <Text size="xs" c="var(--hg-quiet)" className="hg-number">
                      {t('trust.secrets.version', { version: one.version })}
                    </Text>
                  </Cell>
                  <Cell>
                    <Group gap={4} justify="end" wrap="nowrap">
                      <RowAct of={t('oversight.uses.title', { name: one.name })} run={() => setAsking(one)}>
                        {t('oversight.uses.uses')}
                      </RowAct>
                      <RowAct of={t('trust.secrets.replaceOf', { name: one.name })} run={() => setWriting(one)}>
                        {t('trust.secrets.replace')}
                      </RowAct>
                      <RowAct of={t('trust.secrets.deleteOf', { name: one.name })} run={() => setDeleting(one)}>
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
      {writing !== null && (
        <SecretForm secret={writing === 'new' ? null : writing} project={project} close={() => setWriting(null)} />
      )}
      <ConfirmName
        opened={deleting !== null}
        close={() => setDeleting(null)}
        title={t('trust.secrets.deleteOf', { name: deleting?.name ?? '' })}
        name={deleting?.name ?? ''}
        text={t('trust.secrets.deleteText')}
        act={t('common.delete')}
        busy={remove.isPending}
        run={() => deleting !== null && remove.mutate(deleting)}
      >
        {remove.error !== null && <FailureView error={remove.error} />}
      </ConfirmName>
    </Page>
  );
};
