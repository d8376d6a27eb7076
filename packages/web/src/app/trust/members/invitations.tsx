/** Invitations into the workspace: making one, whose link is shown once, and taking open ones back. */

import { Alert, Button, Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Who } from '../../access/who.tsx';
import { useEngine } from '../../engine.tsx';
import { Loaded } from '../../problem/loaded.tsx';
import { FailureView } from '../../problem/problem-view.tsx';
import { tell } from '../../problem/tell.ts';
import { paths } from '../../router/paths.ts';
import { Section } from '../../ui/section.tsx';
import { ShownOnce } from '../../ui/shown-once.tsx';
import { Cell, Row, Table } from '../../ui/table.tsx';
import { When } from '../../ui/when.tsx';
import { useRoleChoices, useRoleName } from '../roles.ts';
import { RowAct } from '../../ui/row-act.tsx';

const DAYS = ['1', '3', '7', '14', '30'] as const;

export const Invitations = ({ off }: { readonly off: string | undefined }) => {
  const { t } = useTranslation();
  const engine = useEngine();
  const queries = useQueryClient();
  const choices = useRoleChoices();
  const roleName = useRoleName();
  const [email, setEmail] = useState('');
  const [role, setRole] = useState('editor');
  const [days, setDays] = useState<string>('7');
  const refresh = (): Promise<void> => queries.invalidateQueries({ queryKey: ['invitations'] });
  const list = useQuery({
    queryKey: ['invitations'],
    queryFn: ({ signal }) => engine.call('listInvitations', {}, signal),
  });
  const invite = useMutation({
    mutationFn: () =>
      engine.call('invite', {
        body: { email: email.trim(), role: role === '' ? null : role, days: Number(days) } as never,
      }),
    onSuccess: async () => {
      setEmail('');
      await refresh();
    },
  });
  const revoke = useMutation({
    mutationFn: (id: string) => engine.call('revokeInvitation', { params: { id } }),
    onSuccess: refresh,
    onError: tell,
  });
  return (
    <Section title={t('trust.invitations.title')} lead={t('trust.invitations.lead')}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          invite.mutate();
        }}
      >
        <Group align="end">
          <TextInput
            label={t('trust.invitations.email')}
            type="email"
            required
            value={email}
            disabled={off !== undefined}
            onChange={(event) => setEmail(event.currentTarget.value)}
            w={280}
          />
          <NativeSelect
            label={t('trust.members.role')}
            data={[...choices]}
            value={role}
            disabled={off !== undefined}
            onChange={(event) => setRole(event.currentTarget.value)}
          />
          <NativeSelect
            label={t('trust.invitations.days')}
            data={DAYS.map((count) => ({ value: count, label: t('trust.days', { count: Number(count) }) }))}
            value={days}
            disabled={off !== undefined}
            onChange={(event) => setDays(event.currentTarget.value)}
          />
          <Button
            type="submit"
            loading={invite.isPending}
            disabled={off !== undefined || email.trim() === ''}
            title={off}
          >
            {t('trust.invitations.invite')}
          </Button>
        </Group>
      </form>
      {invite.error !== null && <FailureView error={invite.error} />}
      {invite.data !== undefined && invite.data.account !== 'active' && (
        <Alert color="orange" variant="outline" role="status">
          {t(invite.data.account === null ? 'trust.invitations.closed' : 'trust.invitations.waits')}
        </Alert>
      )}
      {invite.data !== undefined && (
        <ShownOnce
          title={t('trust.invitations.link', { email: invite.data.email })}
          value={engine.transport.origin + paths.invitation(invite.data.token)}
        />
      )}
      <Loaded query={list}>
        {({ invitations }) => {
          const open = invitations.filter(({ accepted, revoked }) => accepted === null && revoked === null);
          if (open.length === 0) return <Text size="sm">{t('trust.invitations.none')}</Text>;
          return (
            <Stack>
              <Table
                label={t('trust.invitations.title')}
                heads={[
                  t('trust.invitations.email'),
                  t('trust.members.role'),
                  t('trust.invitations.by'),
                  t('trust.invitations.until'),
                  { acts: t('common.acts') },
                ]}
              >
                {open.map((one) => (
                  <Row key={one.id}>
                    <Cell>{one.email}</Cell>
                    <Cell>{roleName(one.role)}</Cell>
                    <Cell>
                      <Who id={one.by} />
                    </Cell>
                    <Cell>
                      <When iso={one.expires} />
                    </Cell>
                    <Cell ta="right">
                      <RowAct
                        of={t('trust.invitations.revokeOf', { email: one.email })}
                        run={() => revoke.mutate(one.id)}
                      >
                        {t('trust.invitations.revoke')}
                      </RowAct>
                    </Cell>
                  </Row>
                ))}
              </Table>
            </Stack>
          );
        }}
      </Loaded>
    </Section>
  );
};
