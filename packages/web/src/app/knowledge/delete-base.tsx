/** Deletes a knowledge base with all that was read into it, once its name was typed. */

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useEngine } from '../engine.tsx';
import { FailureView } from '../problem/problem-view.tsx';
import { ConfirmName } from '../ui/confirm-name.tsx';
import { notify } from '../ui/notices.tsx';

type Props = {
  readonly base: { readonly id: string; readonly name: string; readonly pieces: number };
  readonly project: string;
  readonly close: () => void;
};

export const DeleteBase = ({ base, project, close }: Props) => {
  const { t } = useTranslation();
  const engine = useEngine();
  const queries = useQueryClient();
  const remove = useMutation({
    mutationFn: () => engine.call('deleteKnowledge', { params: { id: base.id }, query: { project } }),
    onSuccess: async () => {
      close();
      notify({ text: t('knowledge.deleted', { name: base.name }) });
      await queries.invalidateQueries({ queryKey: ['knowledge', project] });
    },
  });
  return (
    <ConfirmName
      opened
      close={close}
      title={t('knowledge.deleteOf', { name: base.name })}
      name={base.name}
      text={t('knowledge.deleteText', { count: base.pieces })}
      act={t('common.delete')}
      busy={remove.isPending}
      run={() => remove.mutate()}
    >
      {remove.error !== null && <FailureView error={remove.error} />}
    </ConfirmName>
  );
};
