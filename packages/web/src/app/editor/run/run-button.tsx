/** Runs the draft as it is on the screen, after it is at the engine. */

import { Button } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useAction } from '../../actions/use-action.ts';
import type { EditorSearch } from '../../router/paths.ts';
import { Refusal } from '../../transport/client.ts';
import { notify } from '../../ui/notices.tsx';
import { askToTell, useRunSign } from '../../ui/run-sign.ts';
import { useEditor, useFlow, useWatched } from '../editor-context.ts';

export const RunButton = ({ show }: { readonly show: (part: EditorSearch) => void }) => {
  const { t } = useTranslation();
  const { client, draft } = useEditor();
  const run = useMutation({
    mutationFn: async () => {
      askToTell();
      await draft.flush();
      return client.call('startRun', { params: { id: draft.id }, body: { draft: true, input: {} } });
    },
    onSuccess: ({ id }) => show({ run: id }),
    onError: (error) => {
      if (error instanceof Refusal) notify({ problem: error.problem });
      else notify({ text: t('common.unreached.title') });
    },
  });
  const { run: watched, fold } = useWatched();
  const { name } = useFlow();
  const live = watched !== null && fold.last > 0 && fold.ended === null;
  useRunSign(name, watched === null || fold.last === 0 ? null : fold.state);
  const cancel = useMutation({
    mutationFn: () => client.call('cancelRun', { params: { id: watched ?? '' }, body: {} }),
    // Said when the engine has said it, and not before.
    onSuccess: () => notify({ text: t('runs.cancelled') }),
    onError: (error) =>
      notify(error instanceof Refusal ? { problem: error.problem } : { text: t('common.unreached.title') }),
  });
  useAction('runFlow', () => run.mutate());
  useAction('stop', () => cancel.mutate(), live ? undefined : t('editor.noRun'));
  return (
    <>
      {live && (
        <Button
          size="compact-sm"
          color="red"
          variant="outline"
          loading={cancel.isPending}
          onClick={() => cancel.mutate()}
        >
          {t('runs.cancel')}
        </Button>
      )}
      <Button size="compact-sm" loading={run.isPending} onClick={() => run.mutate()}>
        {t('editor.runFlow')}
      </Button>
    </>
  );
};
