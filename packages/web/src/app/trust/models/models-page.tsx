/** Models: the providers that flows can ask, and whether each answers. No key is shown; it is a secret that is named. */

import { Button, Code, Group, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useOff } from '../../access/may.ts';
import { Who } from '../../access/who.tsx';
import { useEngine } from '../../engine.tsx';
import { Loaded } from '../../problem/loaded.tsx';
import { FailureView } from '../../problem/problem-view.tsx';
import { tell } from '../../problem/tell.ts';
import { ConfirmName } from '../../ui/confirm-name.tsx';
import { Empty } from '../../ui/empty.tsx';
import { notify } from '../../ui/notices.tsx';
import { Page } from '../../ui/page.tsx';
import { RowAct } from '../../ui/row-act.tsx';
import { Cell, Row, Table } from '../../ui/table.tsx';
import { When } from '../../ui/when.tsx';
import { LocalModels } from './local-models.tsx';
import { type Provider, ProviderForm } from './provider-form.tsx';

export const ModelsPage = () => {
  const { t } = useTranslation();
  const engine = useEngine();
  const queries = useQueryClient();
  const off = useOff('model.manage');
  const [writing, setWriting] = useState<Provider | 'new' | null>(null);
  const [deleting, setDeleting] = useState<Provider | null>(null);
  const list = useQuery({
    queryKey: ['model-providers'],
    queryFn: ({ signal }) => engine.call('listModelProviders', {}, signal),
  });
  const test = useMutation({
    mutationFn: (name: string) => engine.call('testModelProvider', { params: { provider: name } }),
    onError: tell,
  });
  const remove = useMutation({
    mutationFn: ({ name }: Provider) => engine.call('deleteModelProvider', { params: { provider: name } }),
    onSuccess: async (_, { name }) => {
      setDeleting(null);
      notify({ text: t('models.removed', { name }) });
      await queries.invalidateQueries({ queryKey: ['model-providers'] });
      await queries.invalidateQueries({ queryKey: ['models'] });
    },
  });
  const create = (
    <Button disabled={off !== undefined} title={off} onClick={() => setWriting('new')}>
      {t('models.create')}
    </Button>
  );
  const { data: tested, variables: asked = '' } = test;
  return (
    <Page title={t('trust.pages.models')} lead={t('models.lead')} acts={create}>
      <div role="status">
        {test.isPending && <Text size="sm">{t('models.testing', { name: asked })}</Text>}
        {!test.isPending && tested?.ok === true && (
          <Text size="sm">{t('models.works', { name: asked, found: tested.models.length })}</Text>
        )}
        {!test.isPending && tested?.problem !== null && tested?.problem !== undefined && (
          <>
            <Text size="sm" c="var(--hg-failed)">
              {asked}: {tested.problem.text}
            </Text>
            {tested.problem.fix !== null && (
              <Text size="sm" fw={600}>
                {tested.problem.fix}
              </Text>
            )}
          </>
        )}
      </div>
      <Loaded query={list}>
        {({ providers }) =>
          providers.length === 0 ? (
            <Empty text={t('models.empty')} act={create} />
          ) : (
            <Table
              label={t('trust.pages.models')}
              heads={[
                t('models.name'),
                t('models.address'),
                t('models.models'),
                t('connections.by'),
                { acts: t('common.acts') },
              ]}
            >
              {providers.map((one) => (
                <Row key={one.name}>
                  <Cell>
                    <Text size="sm" fw={600}>
                      {one.name}
                    </Text>
                    <Text size="xs" c="var(--hg-quiet)">
                      {one.kind}
                    </Text>
                  </Cell>
                  <Cell>
                    <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
                      {one.address}
                    </Text>
                  </Cell>
                  <Cell>
                    {one.models === undefined
                      ? t('models.any')
                      : one.models.map(({ id }) => <Code key={id}>{id}</Code>)}
                  </Cell>
                  <Cell>
                    <Who id={one.by} />
                    <Text size="xs" c="var(--hg-quiet)">
                      <When iso={one.updated} />
                    </Text>
                  </Cell>
                  <Cell>
                    <Group gap={4} justify="end" wrap="nowrap">
                      <RowAct
                        of={t('models.testOf', { name: one.name })}
                        off={off}
                        disabled={test.isPending}
                        run={() => test.mutate(one.name)}
                      >
                        {t('models.test')}
                      </RowAct>
                      <RowAct of={t('models.changeOf', { name: one.name })} off={off} run={() => setWriting(one)}>
                        {t('models.change')}
                      </RowAct>
                      <RowAct of={t('models.removeOf', { name: one.name })} off={off} run={() => setDeleting(one)}>
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
      <LocalModels />
      {writing !== null && (
        <ProviderForm
          provider={writing === 'new' ? null : writing}
          close={() => setWriting(null)}
          done={(name) => {
            setWriting(null);
            notify({ text: t('models.saved', { name }) });
            test.mutate(name);
          }}
        />
      )}
      <ConfirmName
        opened={deleting !== null}
        close={() => setDeleting(null)}
        title={t('models.removeOf', { name: deleting?.name ?? '' })}
        name={deleting?.name ?? ''}
        text={t('models.removeText')}
        act={t('common.delete')}
        busy={remove.isPending}
        run={() => deleting !== null && remove.mutate(deleting)}
      >
        {remove.error !== null && <FailureView error={remove.error} />}
      </ConfirmName>
    </Page>
  );
};
