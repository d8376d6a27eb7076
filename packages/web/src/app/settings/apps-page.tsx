/** Applications that act for oneself: what each may, and taking it back. */

import { Badge, Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useEngine } from '../engine.tsx';
import { Loaded } from '../problem/loaded.tsx';
import { tell } from '../problem/tell.ts';
import type { Answer } from '../transport/client.ts';
import { Empty } from '../ui/empty.tsx';
import { notify } from '../ui/notices.tsx';
import { Page } from '../ui/page.tsx';
import { Cell, Row, Table } from '../ui/table.tsx';
import { When } from '../ui/when.tsx';
import { RowAct } from '../ui/row-act.tsx';

type Consent = Answer<'listConsents'>['consents'][number];

export const AppsPage = () => {
  const { t } = useTranslation();
  const engine = useEngine();
  const queries = useQueryClient();
  const list = useQuery({
    queryKey: ['consents'],
    queryFn: ({ signal }) => engine.call('listConsents', {}, signal),
  });
  const end = useMutation({
    mutationFn: ({ id }: Consent) => engine.call('endConsent', { params: { id } }),
    onSuccess: async (_, { name }) => {
      notify({ text: t('settings.apps.ended', { name }) });
      await queries.invalidateQueries({ queryKey: ['consents'] });
    },
    onError: tell,
  });
  return (
    <Page title={t('settings.pages.apps')} lead={t('settings.apps.lead')}>
      <Loaded query={list}>
        {({ consents }) =>
          consents.length === 0 ? (
            <Empty text={t('settings.apps.none')} />
          ) : (
            <Table
              label={t('settings.pages.apps')}
              heads={[
                t('settings.apps.name'),
                t('settings.apps.may'),
                t('settings.apps.resource'),
                t('settings.apps.since'),
                { acts: t('common.acts') },
              ]}
            >
              {consents.map((one) => (
                <Row key={one.id}>
                  <Cell fw={600}>
                    {one.name}{' '}
                    {one.revoked !== null && (
                      <Badge variant="outline" color="gray">
                        {t('settings.apps.over')}
                      </Badge>
                    )}
                    <Text size="xs" c="var(--hg-quiet)" style={{ overflowWrap: 'anywhere' }}>
                      {one.client}
                    </Text>
                  </Cell>
                  <Cell fz="xs">{one.permissions.join(', ')}</Cell>
                  <Cell fz="xs" style={{ overflowWrap: 'anywhere' }}>
                    {one.resource}
                  </Cell>
                  <Cell>
                    <When iso={one.created} />
                  </Cell>
                  <Cell ta="right">
                    <RowAct
                      of={t('settings.apps.endOf', { name: one.name })}
                      disabled={one.revoked !== null}
                      run={() => end.mutate(one)}
                    >
                      {t('settings.apps.end')}
                    </RowAct>
                  </Cell>
                </Row>
              ))}
            </Table>
          )
        }
      </Loaded>
    </Page>
  );
};
