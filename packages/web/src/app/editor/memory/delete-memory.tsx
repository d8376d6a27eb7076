/** Deletes what an agent remembers, once its name was typed: it does not come back. */

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { FailureView } from '../../problem/problem-view.tsx';
import { ConfirmName } from '../../ui/confirm-name.tsx';
import { notify } from '../../ui/notices.tsx';
import { useEditor } from '../editor-context.ts';
import type { Memory } from './memory-page.tsx';

export const DeleteMemory = ({ memory, close }: { readonly memory: Memory; readonly close: () => void }) => {
  const { t } = useTranslation();
  const { client, draft } = useEditor();
  const queries = useQueryClient();
  // The name of a session is told to its owner alone: what others have goes by its agent, and not by an id to be typed.
  const name = memory.session ?? memory.step;
  const remove = useMutation({
    mutationFn: () => client.call('deleteMemory', { params: { id: draft.id, memory: memory.id } }),
    onSuccess: async () => {
      close();
      notify({ text: t('memory.deleted', { name }) });
      await queries.invalidateQueries({ queryKey: ['memories', draft.id] });
    },
  });
  return (
    <ConfirmName
      opened
      close={close}
      title={t('memory.deleteOf', { name })}
      name={name}
      text={t('memory.deleteText', { count: memory.turns })}
      act={t('common.delete')}
      busy={remove.isPending}
      run={() => remove.mutate()}
    >
      {remove.error !== null && <FailureView error={remove.error} />}
    </ConfirmName>
  );
};
