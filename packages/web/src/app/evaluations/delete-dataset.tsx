/** Deletes a dataset, once its name was typed. Evaluations keep the rows that they ran. */

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useEngine } from '../engine.tsx';
import { FailureView } from '../problem/problem-view.tsx';
import { ConfirmName } from '../ui/confirm-name.tsx';
import { notify } from '../ui/notices.tsx';

type Props = {
  readonly dataset: { readonly id: string; readonly name: string; readonly size: number };
  readonly project: string;
  readonly close: () => void;
};

export const DeleteDataset = ({ dataset, project, close }: Props) => {
  const { t } = useTranslation();
  const engine = useEngine();
  const queries = useQueryClient();
  const remove = useMutation({
    mutationFn: () => engine.call('deleteDataset', { params: { id: dataset.id }, query: { project } }),
    onSuccess: async () => {
      close();
      notify({ text: t('evaluations.deleted', { name: dataset.name }) });
      await queries.invalidateQueries({ queryKey: ['datasets', project] });
    },
  });
  return (
    <ConfirmName
      opened
      close={close}
      title={t('evaluations.deleteOf', { name: dataset.name })}
      name={dataset.name}
      text={t('evaluations.dataset.deleteText', { count: dataset.size })}
      act={t('common.delete')}
      busy={remove.isPending}
      run={() => remove.mutate()}
    >
      {remove.error !== null && <FailureView error={remove.error} />}
    </ConfirmName>
  );
};
