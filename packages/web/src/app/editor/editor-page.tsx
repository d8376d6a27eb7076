/** A flow, open for editing. It loads what the editor needs; the editor itself is `Workbench`. */

import { everyId } from '@headgate/core';
import { Skeleton, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useEngine } from '../engine.tsx';
import { FailureView } from '../problem/problem-view.tsx';
import { flowRoute } from '../router/router.tsx';
import { announce } from '../ui/announce.ts';
import { notify } from '../ui/notices.tsx';
import { commandsOn } from './commands.ts';
import { Connect } from './connecting.ts';
import { openDraft } from './draft/open.ts';
import { type Editor, EditorContext, type Kinds } from './editor-context.ts';
import { Checks } from './problems/check.ts';
import { Canvas } from './parts.ts';
import { Room } from './room.ts';
import { RunWatch } from './run/watch.ts';
import { Selection } from './selection.ts';
import { useView } from './use-view.ts';
import { Workbench } from './workbench.tsx';

export const EditorPage = () => {
  const { flow } = flowRoute.useParams();
  // Another flow is another editor, with nothing left of the one before.
  return <Opening key={flow} flow={flow} />;
};

/** While nobody tells what others save: an engine that is away, or has as many streams open as it allows. */
const PULL = 10_000;

const Opening = ({ flow }: { readonly flow: string }) => {
  const { t } = useTranslation();
  const client = useEngine();
  const view = useView(flowRoute.useSearch().view);
  // It comes while the flow does.
  useEffect(() => {
    if (view === 'canvas') Canvas.warm();
  }, [view]);
  const kinds = useQuery({
    queryKey: ['kinds'],
    queryFn: ({ signal }) => client.call('listSteps', {}, signal),
    staleTime: Infinity,
  });
  const [editor, setEditor] = useState<Editor | null>(null);
  const [failure, setFailure] = useState<unknown>(null);
  const known: Kinds | undefined = kinds.data;

  useEffect(() => {
    if (known === undefined) return undefined;
    let gone = false;
    let opened: Editor | null = null;
    openDraft(client, flow).then(
      (draft) => {
        if (gone) return draft.close();
        const selection = new Selection();
        const commands = commandsOn(draft, selection, (said) => {
          if (said.what === 'problem') notify({ problem: said.problem });
          else if ('takeBack' in said && said.takeBack === true)
            notify({ text: said.text, act: { title: t('common.undo'), run: () => commands.undo() } });
          else announce(said.what === 'done' ? said.text : t(`editor.${said.what}`, { what: said.text }));
        });
        draft.subscribe(() => selection.keep(everyId(draft.state().flow)));
        opened = {
          client,
          draft,
          kinds: known,
          selection,
          commands,
          checks: new Checks(client, draft, draft.project),
          connecting: new Connect(),
          room: new Room(client, draft),
          watch: new RunWatch(client),
        };
        setEditor(opened);
      },
      (error: unknown) => setFailure(error),
    );
    return () => {
      gone = true;
      void opened?.draft.flush();
      opened?.draft.close();
      opened?.watch.close();
      opened?.checks.close();
      opened?.room.close();
    };
  }, [client, flow, known, t]);

  useEffect(() => {
    if (editor === null) return undefined;
    const pull = (): void => {
      if (!editor.room.state().live) void editor.draft.pull();
    };
    const timer = setInterval(pull, PULL);
    window.addEventListener('focus', pull);
    return () => {
      clearInterval(timer);
      window.removeEventListener('focus', pull);
    };
  }, [editor]);

  const error = failure ?? kinds.error;
  if (error !== null) return <FailureView error={error} again={() => location.reload()} />;
  if (editor === null)
    return (
      <Stack p="md" aria-busy aria-label={t('editor.loading')}>
        <Skeleton h={32} w={320} />
        <Skeleton h={480} />
      </Stack>
    );
  return (
    <EditorContext value={editor}>
      <Workbench />
    </EditorContext>
  );
};
