/** Runs the draft as it is on the screen, after it is at the engine. */

import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useAction } from '../../actions/use-action.ts';
import type { EditorSearch } from '../../router/paths.ts';
import { Refusal } from '../../transport/client.ts';
import { notify } from '../../ui/notices.tsx';
import { useEditor } from '../editor-context.ts';

export const RunButton = ({ show }: { readonly show: (part: EditorSearch) => void }) => {
  const { t } = useTranslation();
  const { client, draft } = useEditor();
  const run = useMutation({
    mutationFn: async () => {
      await draft.flush();
      return client.call('startRun', { params: { id: draft.id }, body: { draft: true, input: {} } });
    },
    onSuccess: ({ id }) => show({ run: id }),
    onError: (error) => {
      if (error instanceof Refusal) notify({ problem: error.problem });
      else notify({ text: t('common.unreached.title') });
    },
  });
  useAction('runFlow', () => run.mutate());
  return (
    <Button size="compact-sm" loading={run.isPending} onClick={() => run.mutate()}>
      {t('editor.runFlow')}
    </Button>
  );
};
