/** API keys, of the workspace or of oneself: made, shown once, given a new secret, revoked. A key holds at most what its maker holds. */

import { Badge, Button, Group, Modal, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { INSTANCE_PERMISSIONS, type Permission, PERMISSIONS } from '@headgate/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useOff } from '../../access/may.ts';
import { useEngine } from '../../engine.tsx';
import { Loaded } from '../../problem/loaded.tsx';
import { FailureView } from '../../problem/problem-view.tsx';
import { tell } from '../../problem/tell.ts';
import type { Answer } from '../../transport/client.ts';
import { ConfirmName } from '../../ui/confirm-name.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Page } from '../../ui/page.tsx';
import { ShownOnce } from '../../ui/shown-once.tsx';
import { Cell, Row, Table } from '../../ui/table.tsx';
import { When } from '../../ui/when.tsx';
import { PermissionChoice } from '../permission-choice.tsx';
import { RowAct } from '../../ui/row-act.tsx';

type Key = Answer<'listKeys'>['keys'][number];

const DAY = 86_400_000;
const DAYS = ['7', '30', '90', '365'] as const;

/** Whose keys they are: the routes of one's own have the shapes of those of the workspace. */
type Whose = 'workspace' | 'own';
const ROUTE = {
  workspace: { list: 'listKeys', create: 'createKey', rotate: 'rotateKey', revoke: 'revokeKey' },
  own: { list: 'listOwnKeys', create: 'createOwnKey', rotate: 'rotateOwnKey', revoke: 'revokeOwnKey' },
} as const;

export const KeysPage = () => {
  const { t } = useTranslation();
  return <Keys whose="workspace" title={t('trust.pages.keys')} lead={t('trust.keys.lead')} />;
};

type Props = {
  readonly whose: Whose;
  readonly title: string;
  readonly lead: string;
  /** Said where there is none yet. */
  readonly none?: string;
};

export const Keys = ({ whose, title, lead, none }: Props) => {
  const { t } = useTranslation();
  const engine = useEngine();
  const queries = useQueryClient();
  const route = ROUTE[whose];
  const queryKey = ['keys', whose];
  const off = useOff(whose === 'own' ? 'key.own' : 'key.manage');
  const [making, setMaking] = useState(false);
  const [fresh, setFresh] = useState<Answer<'createKey'> | null>(null);
  const [revoking, setRevoking] = useState<Key | null>(null);
  const list = useQuery({ queryKey, queryFn: ({ signal }) => engine.call(route.list, {}, signal) });
  const changed = (): Promise<void> => queries.invalidateQueries({ queryKey });
  const revoke = useMutation({
    mutationFn: ({ id }: Key) => engine.call(route.revoke, { params: { id } }),
    onSuccess: async () => {
      setRevoking(null);
      await changed();
    },
  });
  const rotate = useMutation({
    mutationFn: ({ id }: Key) => engine.call(route.rotate, { params: { id }, body: {} }),
    onSuccess: async (key) => {
      setFresh(key);
      await changed();
    },
    onError: tell,
  });
  const create = (
    <Button disabled={off !== undefined} title={off} onClick={() => setMaking(true)}>
      {t('trust.keys.create')}
    </Button>
  );
  return (
    <Page title={title} lead={lead} acts={create}>
      {fresh !== null && <ShownOnce title={t('trust.keys.made', { name: fresh.name })} value={fresh.key} />}
      <Loaded query={list}>
        {({ keys }) =>
          keys.length === 0 && none !== undefined ? (
            <Empty text={none} act={create} />
          ) : (
            <Table
              label={title}
              heads={[
                t('trust.keys.name'),
                t('trust.keys.may'),
                t('trust.keys.used'),
                t('trust.keys.expires'),
                { acts: t('common.acts') },
              ]}
            >
              {keys.map((one) => (
                <Row key={one.id}>
                  <Cell fw={600}>
                    {one.name}{' '}
                    {one.revoked !== null && (
                      <Badge variant="outline" color="gray">
                        {t('trust.keys.revoked')}
                      </Badge>
                    )}
                    {one.lost.length > 0 && (
                      <Badge
                        variant="outline"
                        color="orange"
                        title={t('trust.keys.lostOf', { what: one.lost.join(', ') })}
                      >
                        {t('trust.keys.lost')}
                      </Badge>
                    )}
                  </Cell>
                  <Cell fz="xs">
                    {one.permissions.length === PERMISSIONS.length ? t('trust.keys.all') : one.permissions.join(', ')}
                  </Cell>
                  <Cell>
                    <When iso={one.used} />
                  </Cell>
                  <Cell>
                    <When iso={one.expires} />
                  </Cell>
                  <Cell>
                    <Group gap={4} justify="end" wrap="nowrap">
                      <Button
                        size="compact-xs"
                        variant="default"
                        disabled={one.revoked !== null}
                        loading={rotate.isPending && rotate.variables.id === one.id}
                        title={t('trust.keys.rotateText')}
                        aria-label={t('trust.keys.rotateOf', { name: one.name })}
                        onClick={() => rotate.mutate(one)}
                      >
                        {t('trust.keys.rotate')}
                      </Button>
                      <RowAct
                        of={t('trust.keys.revokeOf', { name: one.name })}
                        disabled={one.revoked !== null}
                        run={() => setRevoking(one)}
                      >
                        {t('trust.keys.revoke')}
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
        <NewKey
          route={route.create}
          close={() => setMaking(false)}
          made={(key) => {
            setFresh(key);
            setMaking(false);
            void changed();
          }}
        />
      )}
      <ConfirmName
        opened={revoking !== null}
        close={() => setRevoking(null)}
        title={t('trust.keys.revokeOf', { name: revoking?.name ?? '' })}
        name={revoking?.name ?? ''}
        text={t('trust.keys.revokeText')}
        act={t('trust.keys.revoke')}
        busy={revoke.isPending}
        run={() => revoking !== null && revoke.mutate(revoking)}
      >
        {revoke.error !== null && <FailureView error={revoke.error} />}
      </ConfirmName>
    </Page>
  );
};

type NewProps = {
  readonly route: (typeof ROUTE)[Whose]['create'];
  readonly close: () => void;
  readonly made: (key: Answer<'createKey'>) => void;
};

const NewKey = ({ route, close, made }: NewProps) => {
  const { t } = useTranslation();
  const engine = useEngine();
  const [name, setName] = useState('');
  const [days, setDays] = useState<string>('90');
  // The least that is of use: to run flows and read what became of it.
  const [held, setHeld] = useState<ReadonlySet<Permission>>(new Set(['run', 'run.read']));
  const make = useMutation({
    mutationFn: () =>
      engine.call(route, {
        body: {
          name: name.trim(),
          permissions: [...held],
          expires: new Date(Date.now() + Number(days) * DAY).toISOString(),
        },
      }),
    onSuccess: made,
  });
  const choices = PERMISSIONS.filter((one) => !INSTANCE_PERMISSIONS.has(one));
  return (
    <Modal
      opened
      onClose={close}
      size="lg"
      title={t('trust.keys.create')}
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
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <NativeSelect
            label={t('trust.keys.lasts')}
            data={DAYS.map((count) => ({ value: count, label: t('trust.days', { count: Number(count) }) }))}
            value={days}
            onChange={(event) => setDays(event.currentTarget.value)}
          />
          <PermissionChoice label={t('trust.keys.may')} of={choices} held={held} set={setHeld} />
          {held.size === 0 && <Text size="sm">{t('trust.keys.nothing')}</Text>}
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
