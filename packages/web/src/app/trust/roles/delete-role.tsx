/**
 * The end of a role. Nobody loses anything by it: one that somebody holds, or is invited with, the engine does not delete. So
 * the question says how many hold it, and where.
 */

import { Text } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useEngine } from '../../engine.tsx';
import { FailureView } from '../../problem/problem-view.tsx';
import type { Answer, Client } from '../../transport/client.ts';
import { ConfirmName } from '../../ui/confirm-name.tsx';
import { notify } from '../../ui/notices.tsx';

type Props = { readonly role: Answer<'listRoles'>['roles'][number]; readonly close: () => void };

/** Members who hold it in the workspace, and members and groups who hold it in a project that the caller sees. */
const holdersOf = async (client: Client, role: string, signal: AbortSignal) => {
  const [{ members }, { projects }] = await Promise.all([
    client.call('listMembers', {}, signal),
    client.call('listProjects', {}, signal),
  ]);
  const within = await Promise.all(
    projects.map(({ id }) => client.call('listProjectMembers', { params: { project: id } }, signal)),
  );
  const of = (list: readonly { readonly role: string | null }[]): number =>
    list.filter((one) => one.role === role).length;
  return { members: of(members), inProjects: within.reduce((sum, one) => sum + of(one.members), 0) };
};

export const DeleteRole = ({ role: { id, name }, close }: Props) => {
  const { t } = useTranslation();
  const engine = useEngine();
  const queries = useQueryClient();
  const held = useQuery({
    queryKey: ['roles', id, 'holders'],
    queryFn: ({ signal }) => holdersOf(engine, id, signal),
    // Counted anew at each question: a count of before is none.
    gcTime: 0,
    staleTime: 0,
  });
  const remove = useMutation({
    mutationFn: () => engine.call('deleteRole', { params: { id } }),
    onSuccess: async () => {
      close();
      notify({ text: t('oversight.roles.deleted', { name }) });
      await queries.invalidateQueries({ queryKey: ['roles'] });
    },
  });
  const { members = 0, inProjects = 0 } = held.data ?? {};
  const isHeld = members + inProjects > 0;
  return (
    <ConfirmName
      opened
      close={close}
      title={t('oversight.roles.deleteOf', { name })}
      name={name}
      text={t('oversight.roles.deleteText')}
      act={t('common.delete')}
      off={isHeld ? t('oversight.roles.deleteHeld') : undefined}
      busy={remove.isPending || held.isPending}
      run={() => remove.mutate()}
    >
      {held.error !== null && <FailureView error={held.error} again={() => void held.refetch()} />}
      {held.data !== undefined && (
        <Text size="sm" fw={600} role="status">
          {t('oversight.roles.holders', { count: members })}
          {inProjects > 0 && ` ${t('oversight.roles.holdersInProjects', { count: inProjects })}`}
        </Text>
      )}
      {remove.error !== null && <FailureView error={remove.error} />}
    </ConfirmName>
  );
};
