/** Promotions of a flow, newest first; those that wait are decided here, by somebody else than who proposed them. */

import { Badge, Button, Group, Stack, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Who } from '../../access/who.tsx';
import { Loaded } from '../../problem/loaded.tsx';
import { FailureView } from '../../problem/problem-view.tsx';
import type { Answer } from '../../transport/client.ts';
import { Cell, Row, Table } from '../../ui/table.tsx';
import { When } from '../../ui/when.tsx';
import { useEditor } from '../editor-context.ts';
import { Difference } from './difference.tsx';

type Promotion = Answer<'listPromotions'>['promotions'][number];
type Props = { readonly flow: string; readonly off: string | undefined; readonly done: () => Promise<void> };

const COLORS = { proposed: 'orange', applied: 'teal', refused: 'gray', stale: 'gray' } as const;

export const Promotions = ({ flow, off, done }: Props) => {
  const { t } = useTranslation();
  const { client } = useEditor();
  const [open, setOpen] = useState<string | null>(null);
  const list = useQuery({
    queryKey: ['promotions', flow],
    queryFn: ({ signal }) => client.call('listPromotions', { params: { id: flow } }, signal),
  });
  return (
    <Loaded query={list}>
      {({ promotions }) =>
        promotions.length === 0 ? (
          <Text size="sm">{t('environments.promotions.none')}</Text>
        ) : (
          <Stack>
            <Table
              label={t('environments.promotions.title')}
              heads={[
                t('environments.promotions.what'),
                t('environments.promotions.state'),
                t('environments.promotions.by'),
                { acts: t('common.acts') },
              ]}
            >
              {promotions.map((one) => (
                <Row key={one.id}>
                  <Cell>
                    <Text size="sm">
                      {t('environments.promotions.of', { version: one.version, from: one.from, to: one.to })}
                    </Text>
                    {one.note !== null && (
                      <Text size="xs" c="var(--hg-quiet)">
                        {one.note}
                      </Text>
                    )}
                  </Cell>
                  <Cell>
                    <Badge variant="outline" color={COLORS[one.state]}>
                      {t(`environments.promotions.states.${one.state}`)}
                    </Badge>
                  </Cell>
                  <Cell>
                    <Who id={one.by} />
                    <Text size="xs" c="var(--hg-quiet)">
                      <When iso={one.created} />
                    </Text>
                  </Cell>
                  <Cell>
                    {one.state === 'proposed' && (
                      <Group justify="end">
                        <Button
                          size="compact-xs"
                          variant="default"
                          aria-expanded={open === one.id}
                          onClick={() => setOpen(open === one.id ? null : one.id)}
                        >
                          {t('environments.promotions.look')}
                        </Button>
                      </Group>
                    )}
                  </Cell>
                </Row>
              ))}
            </Table>
            {promotions
              .filter(({ id, state }) => id === open && state === 'proposed')
              .map((one) => (
                <Decide key={one.id} flow={flow} promotion={one} off={off} done={done} />
              ))}
          </Stack>
        )
      }
    </Loaded>
  );
};

const Decide = ({ flow, promotion, off, done }: Props & { readonly promotion: Promotion }) => {
  const { t } = useTranslation();
  const { client } = useEditor();
  const params = { id: flow, promotion: promotion.id };
  const look = useQuery({
    queryKey: ['promotions', flow, promotion.id],
    queryFn: ({ signal }) => client.call('getPromotion', { params }, signal),
  });
  const decide = useMutation({
    mutationFn: (decision: 'approve' | 'refuse') => client.call('decidePromotion', { params, body: { decision } }),
    onSettled: done,
  });
  return (
    <Stack>
      <Loaded query={look}>
        {({ difference }) => (difference === null ? null : <Difference told={difference} />)}
      </Loaded>
      {decide.error !== null && <FailureView error={decide.error} />}
      <Group>
        <Button
          disabled={off !== undefined}
          title={off}
          loading={decide.isPending}
          onClick={() => decide.mutate('approve')}
        >
          {t('environments.promotions.approve')}
        </Button>
        <Button
          variant="default"
          disabled={off !== undefined}
          title={off}
          loading={decide.isPending}
          onClick={() => decide.mutate('refuse')}
        >
          {t('environments.promotions.refuse')}
        </Button>
      </Group>
    </Stack>
  );
};
