/** API keys of the workspace: made, shown once, and revoked. A key holds at most what its maker holds. */

import { Badge, Button, Checkbox, Group, Modal, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { INSTANCE_PERMISSIONS, type Permission, PERMISSIONS } from '@headgate/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMayIn, useOff } from '../../access/may.ts';
import { useEngine } from '../../engine.tsx';
import { Loaded } from '../../problem/loaded.tsx';
import { FailureView } from '../../problem/problem-view.tsx';
import type { Answer } from '../../transport/client.ts';
import { ConfirmName } from '../../ui/confirm-name.tsx';
import { Page } from '../../ui/page.tsx';
import { ShownOnce } from '../../ui/shown-once.tsx';
import { Cell, Row, Table } from '../../ui/table.tsx';
import { When } from '../../ui/when.tsx';

type Key = Answer<'listKeys'>['keys'][number];

const DAY = 86_400_000;
const DAYS = ['7', '30', '90', '365'] as const;

export const KeysPage = () => {
  const { t } = useTranslation();
  const engine = useEngine();
  const queries = useQueryClient();
  const off = useOff('key.manage');
  const [making, setMaking] = useState(false);
  const [fresh, setFresh] = useState<Answer<'createKey'> | null>(null);
  const [revoking, setRevoking] = useState<Key | null>(null);
  const list = useQuery({ queryKey: ['keys'], queryFn: ({ signal }) => engine.call('listKeys', {}, signal) });
  const revoke = useMutation({
    mutationFn: ({ id }: Key) => engine.call('revokeKey', { params: { id } }),
    onSuccess: async () => {
      setRevoking(null);
      await queries.invalidateQueries({ queryKey: ['keys'] });
    },
  });
  return (
    <Page
      title={t('trust.pages.keys')}
      lead={t('trust.keys.lead')}
      acts={
        <Button disabled={off !== undefined} title={off} onClick={() => setMaking(true)}>
          {t('trust.keys.create')}
        </Button>
      }
    >
      {fresh !== null && <ShownOnce title={t('trust.keys.made', { name: fresh.name })} value={fresh.key} />}
      <Loaded query={list}>
        {({ keys }) => (
          <Table
            label={t('trust.pages.keys')}
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
                <Cell ta="right">
                  <Button
                    size="compact-xs"
                    variant="default"
                    disabled={one.revoked !== null}
                    aria-label={t('trust.keys.revokeOf', { name: one.name })}
                    onClick={() => setRevoking(one)}
                  >
                    {t('trust.keys.revoke')}
                  </Button>
                </Cell>
              </Row>
            ))}
          </Table>
        )}
      </Loaded>
      {making && (
        <NewKey
          close={() => setMaking(false)}
          made={(key) => {
            setFresh(key);
            setMaking(false);
            void queries.invalidateQueries({ queryKey: ['keys'] });
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

const NewKey = ({ close, made }: { readonly close: () => void; readonly made: (key: Answer<'createKey'>) => void }) => {
  const { t } = useTranslation();
  const engine = useEngine();
  const may = useMayIn();
  const [name, setName] = useState('');
  const [days, setDays] = useState<string>('90');
  // The least that is of use: to run flows and read what became of it.
  const [held, setHeld] = useState<ReadonlySet<Permission>>(new Set(['run', 'run.read']));
  const make = useMutation({
    mutationFn: () =>
      engine.call('createKey', {
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
          <Checkbox.Group
            label={t('trust.keys.may')}
            value={[...held]}
            onChange={(list) => setHeld(new Set(choices.filter((one) => list.includes(one))))}
          >
            <Group gap="xs" mt={4}>
              {choices.map((one) => (
                <Checkbox key={one} value={one} label={one} disabled={may(one) === false} w={180} />
              ))}
            </Group>
          </Checkbox.Group>
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
