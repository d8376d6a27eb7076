/** Who is in the workspace and what each holds; invitations that are open; groups. */

import { NativeSelect, Stack, Text } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useOff } from '../../access/may.ts';
import { useMembers } from '../../access/who.tsx';
import { useEngine } from '../../engine.tsx';
import { Loaded } from '../../problem/loaded.tsx';
import { tell } from '../../problem/tell.ts';
import { useSignedIn } from '../../shell/signed-in.ts';
import type { Answer } from '../../transport/client.ts';
import { notify } from '../../ui/notices.tsx';
import { Page } from '../../ui/page.tsx';
import { Cell, Row, Table } from '../../ui/table.tsx';
import { When } from '../../ui/when.tsx';
import { useRoleChoices, useRoleName } from '../roles.ts';
import { EndMembership } from './end-membership.tsx';
import { Invitations } from './invitations.tsx';
import { RowAct } from '../../ui/row-act.tsx';

type Member = Answer<'listMembers'>['members'][number];

export const MembersPage = () => {
  const { t } = useTranslation();
  const engine = useEngine();
  const queries = useQueryClient();
  const members = useMembers();
  const choices = useRoleChoices();
  const roleName = useRoleName();
  const off = useOff('member.manage');
  const me = useSignedIn();
  const [ending, setEnding] = useState<Member | null>(null);
  const change = useMutation({
    mutationFn: ({
      user,
      role,
    }: {
      readonly user: string;
      readonly role: string | null;
      readonly was: string | null;
    }) => engine.call('putMember', { params: { user }, body: { role } }),
    onSuccess: async (_, { user, role, was }) => {
      await queries.invalidateQueries({ queryKey: ['members'] });
      if (role !== was)
        notify({
          text: t('trust.members.changed', { role: roleName(role) }),
          act: { title: t('common.undo'), run: () => change.mutate({ user, role: was, was: role }) },
        });
    },
    onError: tell,
  });
  return (
    <Page title={t('trust.pages.members')} lead={t('trust.members.lead')}>
      <Stack gap="xl">
        <Loaded query={members}>
          {({ members: list }) => (
            <Table
              label={t('trust.pages.members')}
              heads={[
                t('trust.members.name'),
                t('trust.members.role'),
                t('trust.members.since'),
                { acts: t('common.acts') },
              ]}
            >
              {list.map((one) => (
                <Row key={one.user}>
                  <Cell>
                    <Text size="sm" fw={600}>
                      {one.name}
                      {me !== 'token' && one.user === me?.id && (
                        <Text span size="xs" c="var(--hg-quiet)">
                          {' '}
                          {t('trust.members.you')}
                        </Text>
                      )}
                    </Text>
                    <Text size="xs" c="var(--hg-quiet)">
                      {one.email}
                    </Text>
                  </Cell>
                  <Cell>
                    <NativeSelect
                      size="xs"
                      aria-label={t('trust.members.roleOf', { name: one.name })}
                      data={[...choices]}
                      value={one.role ?? ''}
                      disabled={off !== undefined}
                      title={off}
                      onChange={(event) => {
                        const { value } = event.currentTarget;
                        change.mutate({ user: one.user, role: value === '' ? null : value, was: one.role });
                      }}
                    />
                  </Cell>
                  <Cell>
                    <When iso={one.created} />
                  </Cell>
                  <Cell ta="right">
                    <RowAct of={t('trust.members.endOf', { name: one.name })} off={off} run={() => setEnding(one)}>
                      {t('trust.members.end')}
                    </RowAct>
                  </Cell>
                </Row>
              ))}
            </Table>
          )}
        </Loaded>
        <Invitations off={off} />
      </Stack>
      <EndMembership member={ending} close={() => setEnding(null)} />
    </Page>
  );
};
