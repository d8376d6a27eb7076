/** Engine tokens, which stand for somebody for a day at most; and applications that people may let act for them. */

import { Badge, Button, Group, Modal, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { type Permission, TOKEN_PERMISSIONS } from '@headgate/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useOff } from '../../access/may.ts';
import { Who } from '../../access/who.tsx';
import { useEngine } from '../../engine.tsx';
import { Loaded } from '../../problem/loaded.tsx';
import { FailureView } from '../../problem/problem-view.tsx';
import { tell } from '../../problem/tell.ts';
import type { Answer } from '../../transport/client.ts';
import { notify } from '../../ui/notices.tsx';
import { Page } from '../../ui/page.tsx';
import { Section } from '../../ui/section.tsx';
import { ShownOnce } from '../../ui/shown-once.tsx';
import { Cell, Row, Table } from '../../ui/table.tsx';
import { When } from '../../ui/when.tsx';
import { PermissionChoice } from '../permission-choice.tsx';
import { Clients } from './clients.tsx';
import { RowAct } from '../../ui/row-act.tsx';

type Token = Answer<'listTokens'>['tokens'][number];
const HOURS = ['1', '8', '24'] as const;

export const TokensPage = () => {
  const { t } = useTranslation();
  const engine = useEngine();
  const queries = useQueryClient();
  const off = useOff('token.manage');
  const [making, setMaking] = useState(false);
  const [fresh, setFresh] = useState<Answer<'createToken'> | null>(null);
  const list = useQuery({ queryKey: ['tokens'], queryFn: ({ signal }) => engine.call('listTokens', {}, signal) });
  const revoke = useMutation({
    mutationFn: ({ id }: Token) => engine.call('revokeToken', { params: { id } }),
    onSuccess: async (_, { name }) => {
      notify({ text: t('oversight.tokens.revokedNow', { name }) });
      await queries.invalidateQueries({ queryKey: ['tokens'] });
    },
    onError: tell,
  });
  return (
    <Page
      title={t('trust.pages.tokens')}
      lead={t('oversight.tokens.lead')}
      acts={
        <Button disabled={off !== undefined} title={off} onClick={() => setMaking(true)}>
          {t('oversight.tokens.create')}
        </Button>
      }
    >
      {fresh !== null && <ShownOnce title={t('oversight.tokens.made', { name: fresh.name })} value={fresh.token} />}
      <Stack gap="xl">
        <Section title={t('oversight.tokens.title')}>
          <Loaded query={list}>
            {({ tokens }) =>
              tokens.length === 0 ? (
                <Text size="sm">{t('oversight.tokens.none')}</Text>
              ) : (
                <Table
                  label={t('oversight.tokens.title')}
                  heads={[
                    t('trust.keys.name'),
                    t('oversight.tokens.subject'),
                    t('trust.keys.may'),
                    t('trust.keys.expires'),
                    { acts: t('common.acts') },
                  ]}
                >
                  {tokens.map((one) => (
                    <Row key={one.id}>
                      <Cell fw={600}>
                        {one.name}{' '}
                        {one.revoked !== null && (
                          <Badge variant="outline" color="gray">
                            {t('trust.keys.revoked')}
                          </Badge>
                        )}
                        {one.renewed !== null && one.revoked === null && (
                          <Badge variant="outline" color="gray">
                            {t('oversight.tokens.renewed')}
                          </Badge>
                        )}
                      </Cell>
                      <Cell>
                        <Who id={one.subject} />
                      </Cell>
                      <Cell fz="xs">{one.permissions.join(', ')}</Cell>
                      <Cell>
                        <When iso={one.expires} />
                      </Cell>
                      <Cell ta="right">
                        <RowAct
                          of={t('trust.keys.revokeOf', { name: one.name })}
                          disabled={one.revoked !== null}
                          run={() => revoke.mutate(one)}
                        >
                          {t('trust.keys.revoke')}
                        </RowAct>
                      </Cell>
                    </Row>
                  ))}
                </Table>
              )
            }
          </Loaded>
        </Section>
        <Clients off={off} />
      </Stack>
      {making && (
        <NewToken
          close={() => setMaking(false)}
          made={(token) => {
            setFresh(token);
            setMaking(false);
            void queries.invalidateQueries({ queryKey: ['tokens'] });
          }}
        />
      )}
    </Page>
  );
};

type NewProps = { readonly close: () => void; readonly made: (token: Answer<'createToken'>) => void };

const NewToken = ({ close, made }: NewProps) => {
  const { t } = useTranslation();
  const engine = useEngine();
  const [name, setName] = useState('');
  const [hours, setHours] = useState<string>('1');
  const [held, setHeld] = useState<ReadonlySet<Permission>>(new Set(['run', 'run.read']));
  const make = useMutation({
    mutationFn: () =>
      engine.call('createToken', {
        body: {
          name: name.trim(),
          permissions: TOKEN_PERMISSIONS.filter((one) => held.has(one)),
          lifetime: Number(hours) * 3_600,
        },
      }),
    onSuccess: made,
  });
  return (
    <Modal
      opened
      onClose={close}
      size="lg"
      title={t('oversight.tokens.create')}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          make.mutate();
        }}
      >
        <Stack>
          <TextInput
            label={t('trust.keys.name')}
            required
            data-autofocus
            value={name}
            maxLength={200}
            onChange={({ currentTarget }) => setName(currentTarget.value)}
          />
          <NativeSelect
            label={t('trust.keys.lasts')}
            data={HOURS.map((count) => ({
              value: count,
              label: t('oversight.tokens.hours', { count: Number(count) }),
            }))}
            value={hours}
            onChange={({ currentTarget }) => setHours(currentTarget.value)}
          />
          <PermissionChoice label={t('trust.keys.may')} of={TOKEN_PERMISSIONS} held={held} set={setHeld} />
          {make.error !== null && <FailureView error={make.error} />}
          <Group justify="end">
            <Button variant="default" onClick={close}>
              {t('common.cancel')}
            </Button>
            <Button type="submit" loading={make.isPending} disabled={name.trim() === '' || held.size === 0}>
              {t('common.create')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
};
