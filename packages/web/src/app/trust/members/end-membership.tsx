/** The end of a membership: keys and powers lent are gone at once and do not come back, so the name has to be typed. */

import { NativeSelect } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMembers } from '../../access/who.tsx';
import { useEngine } from '../../engine.tsx';
import { FailureView } from '../../problem/problem-view.tsx';
import type { Answer } from '../../transport/client.ts';
import { ConfirmName } from '../../ui/confirm-name.tsx';
import { notify } from '../../ui/notices.tsx';

type Props = { readonly member: Answer<'listMembers'>['members'][number] | null; readonly close: () => void };

export const EndMembership = ({ member, close }: Props) => {
  const { t } = useTranslation();
  const engine = useEngine();
  const queries = useQueryClient();
  const members = useMembers();
  const [successor, setSuccessor] = useState('');
  const end = useMutation({
    mutationFn: () =>
      engine.call('deleteMember', {
        params: { user: member?.user ?? '' },
        query: successor === '' ? {} : { successor },
      }),
    onSuccess: async (done) => {
      close();
      notify({ text: t(done.workspaceKeys === 0 ? 'trust.members.ended' : 'trust.members.endedKeys', done) });
      await queries.invalidateQueries({ queryKey: ['members'] });
    },
  });
  const { reset } = end;
  useEffect(() => {
    setSuccessor('');
    reset();
  }, [member, reset]);
  const name = member?.name ?? '';
  const others = (members.data?.members ?? []).filter(({ user }) => user !== member?.user);
  return (
    <ConfirmName
      opened={member !== null}
      close={close}
      title={t('trust.members.endOf', { name })}
      name={name}
      text={t('trust.members.endText', { name })}
      act={t('trust.members.end')}
      busy={end.isPending}
      run={() => end.mutate()}
    >
      <NativeSelect
        label={t('trust.members.successor')}
        data={[
          { value: '', label: t('trust.members.nobody') },
          ...others.map((one) => ({ value: one.user, label: one.name })),
        ]}
        value={successor}
        onChange={(event) => setSuccessor(event.currentTarget.value)}
      />
      {end.error !== null && <FailureView error={end.error} />}
    </ConfirmName>
  );
};
