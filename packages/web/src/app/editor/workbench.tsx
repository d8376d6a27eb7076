/** The editor: head, canvas or outline, and the panel of the step that is open. The address says what is shown. */

import { Box } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useCallback, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAction } from '../actions/use-action.ts';
import { flowRoute } from '../router/router.tsx';
import type { EditorSearch } from '../router/paths.ts';
import { PageTitle } from '../ui/page-title.tsx';
import { AddStep } from './add-step.tsx';
import { useDraftState, useEditor, useFlow } from './editor-context.ts';
import { Head } from './head.tsx';
import { Outline } from './outline/outline.tsx';
import { Dock } from './run/dock.tsx';
import { Panel } from './panel/panel.tsx';
import { useEditorActions } from './use-editor-actions.ts';
import classes from './workbench.module.css';

// The canvas library is the largest part of the editor; the outline does not need it.
const Canvas = lazy(() => import('./canvas/canvas.tsx').then(({ Canvas }) => ({ default: Canvas })));

/** Below this width the outline is the view: a canvas needs room. */
const NARROW = '(max-width: 720px)';

export const Workbench = () => {
  const { t } = useTranslation();
  const flow = useFlow();
  const { watch, commands } = useEditor();
  const { history } = useDraftState();
  const search = flowRoute.useSearch();
  const navigate = useNavigate();
  const [adding, setAdding] = useState(false);
  const [narrow, setNarrow] = useState(() => matchMedia(NARROW).matches);
  useEffect(() => {
    const query = matchMedia(NARROW);
    const look = (): void => setNarrow(query.matches);
    query.addEventListener('change', look);
    return () => query.removeEventListener('change', look);
  }, []);
  const view = search.view ?? (narrow ? 'outline' : 'canvas');

  const show = useCallback(
    (part: EditorSearch, replace = false) =>
      void navigate({ to: '.', search: (was: EditorSearch) => ({ ...was, ...part }), replace }),
    [navigate],
  );
  useEffect(() => watch.watch(search.run ?? null), [watch, search.run]);

  useEditorActions({ show, view, step: search.step, add: () => setAdding(true) });
  useAction('undo', commands.undo, history.done.length === 0 ? t('actions.off.noUndo') : undefined);
  useAction('redo', commands.redo, history.undone.length === 0 ? t('actions.off.noRedo') : undefined);

  return (
    <Box className={classes.bench}>
      <PageTitle text={flow.name} hidden />
      <Head view={view} show={show} />
      <div className={classes.body}>
        <div className={classes.graph} data-keys="graph" tabIndex={-1}>
          {view === 'canvas' ? (
            <Suspense fallback={null}>
              <Canvas open={(step) => show({ step })} />
            </Suspense>
          ) : (
            <Outline open={(step) => show({ step })} />
          )}
        </div>
        {search.step !== undefined && <Panel key={search.step} step={search.step} tab={search.tab} show={show} />}
      </div>
      <Dock show={show} />
      <AddStep opened={adding} close={() => setAdding(false)} />
    </Box>
  );
};
