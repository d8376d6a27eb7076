/** Roles, built in and of the workspace's own, and groups of members. */

import { Button, Group, Modal, Stack, Text, TextInput } from '@mantine/core';
import { INSTANCE_PERMISSIONS, type Permission, PERMISSIONS } from '@headgate/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useOff } from '../../access/may.ts';
import { useEngine } from '../../engine.tsx';
import { Loaded } from '../../problem/loaded.tsx';
import { FailureView } from '../../problem/problem-view.tsx';
import type { Answer } from '../../transport/client.ts';
import { Page } from '../../ui/page.tsx';
import { Section } from '../../ui/section.tsx';
import { Cell, Row, Table } from '../../ui/table.tsx';
import { PermissionChoice } from '../permission-choice.tsx';
import { useRoleName, useRoles } from '../roles.ts';
import { DeleteRole } from './delete-role.tsx';
import { Groups } from './groups.tsx';
import { RowAct } from '../../ui/row-act.tsx';

type Role = Answer<'listRoles'>['roles'][number];
const CHOICES = PERMISSIONS.filter((one) => !INSTANCE_PERMISSIONS.has(one));

export const RolesPage = () => {
  const { t } = useTranslation();
  const roles = useRoles();
  const name = useRoleName();
  const off = useOff('role.manage');
  const [writing, setWriting] = useState<Role | 'new' | null>(null);
  const [deleting, setDeleting] = useState<Role | null>(null);
  return (
    <Page
      title={t('trust.pages.roles')}
      lead={t('oversight.roles.lead')}
      acts={
        <Button disabled={off !== undefined} title={off} onClick={() => setWriting('new')}>
          {t('oversight.roles.create')}
        </Button>
      }
    >
      <Stack gap="xl">
        <Loaded query={roles}>
          {({ roles: list }) => (
            <Table
              label={t('oversight.roles.title')}
              heads={[t('oversight.roles.name'), t('oversight.roles.holds'), { acts: t('common.acts') }]}
            >
              {list.map((one) => (
                <Row key={one.id}>
                  <Cell>
                    <Text size="sm" fw={600}>
                      {name(one.id)}
                    </Text>
                    <Text size="xs" c="var(--hg-quiet)">
                      {one.builtIn ? t('oversight.roles.builtIn') : t('oversight.roles.own')}
                    </Text>
                  </Cell>
                  <Cell fz="xs">{one.permissions.join(', ')}</Cell>
                  <Cell>
                    {!one.builtIn && (
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
                    )}
                  </Cell>
                </Row>
              ))}
            </Table>
          )}
        </Loaded>
        <Section title={t('oversight.groups.title')} lead={t('oversight.groups.lead')}>
          <Groups />
        </Section>
      </Stack>
      {writing !== null && <RoleForm role={writing === 'new' ? null : writing} close={() => setWriting(null)} />}
      {deleting !== null && <DeleteRole role={deleting} close={() => setDeleting(null)} />}
    </Page>
  );
};

const RoleForm = ({ role, close }: { readonly role: Role | null; readonly close: () => void }) => {
  const { t } = useTranslation();
  const engine = useEngine();
  const queries = useQueryClient();
  const [name, setName] = useState(role?.name ?? '');
  const [held, setHeld] = useState<ReadonlySet<Permission>>(
    new Set(role === null ? ['flow.read', 'run.read'] : CHOICES.filter((one) => role.permissions.includes(one))),
  );
  const save = useMutation({
    mutationFn: () => {
      const body = { name: name.trim(), permissions: [...held] as never };
      return role === null
        ? engine.call('createRole', { body })
        : engine.call('patchRole', { params: { id: role.id }, body });
    },
    onSuccess: async () => {
      close();
      await queries.invalidateQueries({ queryKey: ['roles'] });
    },
  });
  const title = role === null ? t('oversight.roles.create') : t('oversight.roles.changeOf', { name: role.name });
  return (
    <Modal opened onClose={close} size="lg" title={title} closeButtonProps={{ 'aria-label': t('common.close') }}>
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
          <PermissionChoice label={t('oversight.roles.holds')} of={CHOICES} held={held} set={setHeld} />
          {role !== null && <Text size="sm">{t('oversight.roles.forAll')}</Text>}
          {save.error !== null && <FailureView error={save.error} />}
          <Group justify="end">
            <Button variant="default" onClick={close}>
              {t('common.cancel')}
            </Button>
            <Button type="submit" loading={save.isPending} disabled={name.trim() === '' || held.size === 0}>
              {role === null ? t('common.create') : t('common.save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
};
