/** The editor: head, canvas or outline, and the panel of the step that is open. The address says what is shown. */

import { Box } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { lazy, Suspense, useCallback, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAction } from '../actions/use-action.ts';
import { flowRoute } from '../router/router.tsx';
import type { EditorSearch } from '../router/paths.ts';
import { notify } from '../ui/notices.tsx';
import { PageTitle } from '../ui/page-title.tsx';
import { AddStep } from './add-step.tsx';
import { type AddWish, whereAt } from './add-wish.ts';
import { Conflicts } from './draft/conflicts.tsx';
import { EditorActions } from './editor-actions.ts';
import { useDraftState, useEditor, useFlow } from './editor-context.ts';
import type { MenuWish } from './graph.ts';
import { GraphMenu } from './graph-menu.tsx';
import { Head } from './head.tsx';
import { keptHints } from './hints/kept-hints.ts';
import { Outline } from './outline/outline.tsx';
import { Dock } from './run/dock.tsx';
import { Panel } from './panel/panel.tsx';
import { Assistant, Canvas, Playground, warmPanel } from './parts.ts';
import { useClipboard } from './use-clipboard.ts';
import { useView } from './use-view.ts';
import classes from './workbench.module.css';

const Hints = lazy(() => import('./hints/hints.tsx').then(({ Hints }) => ({ default: Hints })));

const FlowPages = lazy(() => import('./pages/flow-pages.tsx').then(({ FlowPages }) => ({ default: FlowPages })));

/** Milliseconds: the flow is painted by then, and nobody has opened a step. */
const WARM_AFTER = 300;

export const Workbench = () => {
  const { t } = useTranslation();
  const flow = useFlow();
  const { watch, commands, kinds, selection, room, draft } = useEditor();
  const talks = flowRoute.useSearch().talk === 'on';
  const told = useRef(new Set<string>());
  const { history } = useDraftState();
  const search = flowRoute.useSearch();
  const navigate = useNavigate();
  const [adding, setAdding] = useState<AddWish | null>(null);
  const [menu, setMenu] = useState<MenuWish | null>(null);
  const [hints, setHints] = useState(() => keptHints.of(draft.id, search.hints === 'on'));
  const [renaming, rename] = useState<string | null>(null);
  const clipboard = useClipboard();
  const view = useView(search.view);

  const show = useCallback(
    (part: EditorSearch, replace = false) =>
      void navigate({ to: '.', search: (was: EditorSearch) => ({ ...was, ...part }), replace }),
    [navigate],
  );
  // It is kept from here on; the address would begin it again at each reload.
  useEffect(() => {
    if (search.hints !== undefined) show({ hints: undefined }, true);
  }, [search.hints, show]);
  useEffect(() => {
    const wait = setTimeout(warmPanel, WARM_AFTER);
    return () => clearTimeout(wait);
  }, []);
  useEffect(() => watch.watch(search.run ?? null), [watch, search.run]);
  // The step whose panel is open is the one that acts are about, however it was opened.
  useEffect(() => {
    if (search.step !== undefined && !selection.has(search.step)) selection.set([search.step]);
  }, [selection, search.step]);
  useEffect(
    () =>
      room.onRun(({ run, state, trigger }) => {
        if (state !== 'queued' && state !== 'running') return;
        if (
          trigger.kind === 'manual@1' ||
          trigger.kind === 'mcp.look@1' ||
          (talks && trigger.kind === 'chat@1') ||
          run === watch.state().run ||
          told.current.has(run)
        )
          return;
        told.current.add(run);
        const act = { title: t('graph.watchRun'), run: () => show({ run }) };
        notify({ text: t('graph.runElsewhere', { trigger: trigger.id ?? trigger.kind }), act });
      }),
    [room, watch, show, talks, t],
  );

  const add = (): void => setAdding({ where: whereAt(flow, kinds, selection.cursor()) });
  useAction('undo', commands.undo, history.done.length === 0 ? t('actions.off.noUndo') : undefined);
  useAction('redo', commands.redo, history.undone.length === 0 ? t('actions.off.noRedo') : undefined);

  const open = useCallback((step: string) => show({ step, tab: undefined }), [show]);
  const look = useCallback((step: string) => show({ step, tab: 'output' }), [show]);
  const graph = { open, look, add: setAdding, menu: setMenu, renaming, rename };
  return (
    <Box className={classes.bench}>
      <PageTitle text={flow.name} hidden keys="graph" />
      <EditorActions show={show} view={view} step={search.step} add={add} addTo={setAdding} rename={rename} />
      <Head view={view} show={show} talk={search.talk} />
      <Conflicts />
      {hints !== null && (
        <Suspense fallback={null}>
          <Hints from={hints} show={show} close={() => setHints(null)} />
        </Suspense>
      )}
      <div className={classes.body} data-talk={search.talk}>
        <div className={classes.graph} data-keys="graph" {...clipboard}>
          {view === 'canvas' ? (
            <Suspense fallback={null}>
              <Canvas {...graph} />
            </Suspense>
          ) : (
            <Outline {...graph} />
          )}
        </div>
        {search.step !== undefined && <Panel key={search.step} step={search.step} tab={search.tab} show={show} />}
        {search.talk !== undefined && (
          <Suspense fallback={null}>
            {search.talk === 'on' ? <Playground show={show} /> : <Assistant show={show} />}
          </Suspense>
        )}
      </div>
      {search.page !== undefined && (
        <Suspense fallback={null}>
          <FlowPages page={search.page} show={show} />
        </Suspense>
      )}
      <AddStep wish={adding} close={() => setAdding(null)} />
      <GraphMenu wish={menu} close={() => setMenu(null)} />
      <Dock show={show} open={search.step} />
    </Box>
  );
};
