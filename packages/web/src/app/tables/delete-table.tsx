/** Deletes a table with its rows, once its name was typed. */

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useEngine } from '../engine.tsx';
import { FailureView } from '../problem/problem-view.tsx';
import { ConfirmName } from '../ui/confirm-name.tsx';
import { notify } from '../ui/notices.tsx';

type Props = {
  readonly table: { readonly id: string; readonly name: string; readonly rows: number };
  readonly project: string;
  readonly close: () => void;
  readonly gone?: () => void;
};

export const DeleteTable = ({ table, project, close, gone }: Props) => {
  const { t } = useTranslation();
  const engine = useEngine();
  const queries = useQueryClient();
  const remove = useMutation({
    mutationFn: () => engine.call('deleteTable', { params: { id: table.id }, query: { project } }),
    onSuccess: async () => {
      close();
      gone?.();
      notify({ text: t('tables.deleted', { name: table.name }) });
      await queries.invalidateQueries({ queryKey: ['tables', project] });
    },
  });
  return (
    <ConfirmName
      opened
      close={close}
      title={t('tables.deleteOf', { name: table.name })}
      name={table.name}
      text={t('tables.deleteText', { count: table.rows })}
      act={t('common.delete')}
      busy={remove.isPending}
      run={() => remove.mutate()}
    >
      {remove.error !== null && <FailureView error={remove.error} />}
    </ConfirmName>
  );
};
