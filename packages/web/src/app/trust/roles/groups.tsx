/** Groups of members: what a group holds in a project, each in it holds. */

import { Button, Checkbox, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useOff } from '../../access/may.ts';
import { useMembers, useNames } from '../../access/who.tsx';
import { useEngine } from '../../engine.tsx';
import { Loaded } from '../../problem/loaded.tsx';
import { FailureView } from '../../problem/problem-view.tsx';
import type { Answer } from '../../transport/client.ts';
import { ConfirmName } from '../../ui/confirm-name.tsx';
import { Cell, Row, Table } from '../../ui/table.tsx';
import { RowAct } from '../../ui/row-act.tsx';

type UserGroup = Answer<'listGroups'>['groups'][number];

export const Groups = () => {
  const { t } = useTranslation();
  const engine = useEngine();
  const queries = useQueryClient();
  const name = useNames();
  const off = useOff('member.manage');
  const [writing, setWriting] = useState<UserGroup | 'new' | null>(null);
  const [deleting, setDeleting] = useState<UserGroup | null>(null);
  const list = useQuery({ queryKey: ['groups'], queryFn: ({ signal }) => engine.call('listGroups', {}, signal) });
  const remove = useMutation({
    mutationFn: ({ id }: UserGroup) => engine.call('deleteGroup', { params: { id } }),
    onSuccess: async () => {
      setDeleting(null);
      await queries.invalidateQueries({ queryKey: ['groups'] });
    },
  });
  return (
    <Stack>
      <Loaded query={list}>
        {({ groups }) =>
          groups.length === 0 ? (
            <Text size="sm">{t('oversight.groups.none')}</Text>
          ) : (
            <Table
              label={t('oversight.groups.title')}
              heads={[t('oversight.roles.name'), t('oversight.groups.users'), { acts: t('common.acts') }]}
            >
              {groups.map((one) => (
                <Row key={one.id}>
                  <Cell fw={600}>{one.name}</Cell>
                  <Cell>{one.users.length === 0 ? t('common.nobody') : one.users.map(name).join(', ')}</Cell>
                  <Cell>
                    <Group gap={4} justify="end" wrap="nowrap">
                      <RowAct
                        of={t('oversight.roles.changeOf', { name: one.name })}
                        off={off}
                        run={() => setWriting(one)}
                      >
                        {t('oversight.roles.change')}
                      </RowAct>
                      <RowAct
                        of={t('oversight.roles.deleteOf', { name: one.name })}
                        off={off}
                        run={() => setDeleting(one)}
                      >
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
      <Button
        variant="default"
        disabled={off !== undefined}
        title={off}
        onClick={() => setWriting('new')}
        style={{ alignSelf: 'start' }}
      >
        {t('oversight.groups.create')}
      </Button>
      {writing !== null && <GroupForm group={writing === 'new' ? null : writing} close={() => setWriting(null)} />}
      <ConfirmName
        opened={deleting !== null}
        close={() => setDeleting(null)}
        title={t('oversight.roles.deleteOf', { name: deleting?.name ?? '' })}
        name={deleting?.name ?? ''}
        text={t('oversight.groups.deleteText')}
        act={t('common.delete')}
        busy={remove.isPending}
        run={() => deleting !== null && remove.mutate(deleting)}
      >
        {remove.error !== null && <FailureView error={remove.error} />}
      </ConfirmName>
    </Stack>
  );
};

const GroupForm = ({ group, close }: { readonly group: UserGroup | null; readonly close: () => void }) => {
  const { t } = useTranslation();
  const engine = useEngine();
  const queries = useQueryClient();
  const members = useMembers();
  const [name, setName] = useState(group?.name ?? '');
  const [users, setUsers] = useState<readonly string[]>(group?.users ?? []);
  const save = useMutation({
    mutationFn: () => {
      const body = { name: name.trim(), users: [...users] };
      return group === null
        ? engine.call('createGroup', { body })
        : engine.call('patchGroup', { params: { id: group.id }, body });
    },
    onSuccess: async () => {
      close();
      await queries.invalidateQueries({ queryKey: ['groups'] });
    },
  });
  const title = group === null ? t('oversight.groups.create') : t('oversight.roles.changeOf', { name: group.name });
  return (
    <Modal opened onClose={close} title={title} closeButtonProps={{ 'aria-label': t('common.close') }}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Stack>
          <TextInput
            label={t('oversight.roles.name')}
            required
            data-autofocus
            value={name}
            maxLength={200}
            onChange={({ currentTarget }) => setName(currentTarget.value)}
          />
          <Checkbox.Group label={t('oversight.groups.users')} value={[...users]} onChange={setUsers}>
            <Stack gap="xs" mt={4}>
              {(members.data?.members ?? []).map((one) => (
                <Checkbox key={one.user} value={one.user} label={one.name} />
              ))}
            </Stack>
          </Checkbox.Group>
          {save.error !== null && <FailureView error={save.error} />}
          <Group justify="end">
            <Button variant="default" onClick={close}>
              {t('common.cancel')}
            </Button>
            <Button type="submit" loading={save.isPending} disabled={name.trim() === ''}>
              {group === null ? t('common.create') : t('common.save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
};
