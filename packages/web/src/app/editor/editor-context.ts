/** What the parts of the editor share: the open draft, what is selected, the run that is looked at, the kinds of steps. */

import { type Flow, graphOf, type Problem } from '@headgate/core';
import { createContext, use, useSyncExternalStore } from 'react';
import type { Answer, Client } from '../transport/client.ts';
import type { Draft, DraftState } from './draft/draft.ts';
import type { Commands } from './commands.ts';
import type { Connect, Connecting } from './connecting.ts';
import type { Checked, Checks } from './problems/check.ts';
import type { StepView } from './run/fold.ts';
import type { Room } from './room.ts';
import type { RunWatch, Watched } from './run/watch.ts';
import type { Selection, Wire } from './selection.ts';

export type Kinds = Answer<'listSteps'>;

export type Editor = {
  readonly client: Client;
  readonly draft: Draft;
  readonly kinds: Kinds;
  readonly selection: Selection;
  readonly watch: RunWatch;
  readonly commands: Commands;
  readonly checks: Checks;
  readonly connecting: Connect;
  readonly room: Room;
};

export const EditorContext = createContext<Editor | null>(null);

export const useEditor = (): Editor => {
  const editor = use(EditorContext);
  if (editor === null) throw new Error('a part of the editor outside of it');
  return editor;
};

export const useDraftState = (): DraftState => {
  const { draft } = useEditor();
  return useSyncExternalStore(draft.subscribe, draft.state);
};

export const useFlow = (): Flow => useDraftState().flow;

export const useSelected = (): ReadonlySet<string> => {
  const { selection } = useEditor();
  return useSyncExternalStore(selection.subscribe, selection.state);
};

export const useWatched = (): Watched => {
  const { watch } = useEditor();
  return useSyncExternalStore(watch.subscribe, watch.state);
};

/** Title of a kind, or its name where the engine does not know it. */
export const titleOf = (kinds: Kinds, kind: string): string =>
  kinds.steps.find((one) => one.kind === kind)?.title ?? kinds.triggers.find((one) => one.kind === kind)?.title ?? kind;

/** What became of one step in the run that is looked at: who shows it draws again only when that step changed. */
export const useStepView = (step: string): StepView | null => {
  const { watch } = useEditor();
  return useSyncExternalStore(watch.subscribe, () => watch.state().fold.steps.get(step) ?? null);
};

/** Whether a run is looked at that has ended. */
export const useRunOver = (): boolean => {
  const { watch } = useEditor();
  return useSyncExternalStore(watch.subscribe, () => watch.state().fold.ended !== null);
};

export const useIsSelected = (id: string): boolean => {
  const { selection } = useEditor();
  return useSyncExternalStore(selection.subscribe, () => selection.has(id));
};

export const useIsCursor = (id: string): boolean => {
  const { selection } = useEditor();
  return useSyncExternalStore(selection.subscribe, () => selection.cursor() === id);
};

export const useCursor = (): string | null => {
  const { selection } = useEditor();
  return useSyncExternalStore(selection.subscribe, selection.cursor);
};

/** The wire that is chosen, while there is one. */
export const useWire = (): Wire | null => {
  const { selection } = useEditor();
  const flow = useFlow();
  const wire = useSyncExternalStore(selection.subscribe, selection.wire);
  const there = wire !== null && graphOf(flow).byId.get(wire.to)?.step.after?.includes(wire.entry) === true;
  return there ? wire : null;
};

export const useChecked = (): Checked => {
  const { checks } = useEditor();
  return useSyncExternalStore(checks.subscribe, checks.state);
};

export const useProblemsOf = (step: string): readonly Problem[] => {
  const { checks } = useEditor();
  return useSyncExternalStore(checks.subscribe, () => checks.of(step));
};

export const useConnecting = (): Connecting | null => {
  const { connecting } = useEditor();
  return useSyncExternalStore(connecting.subscribe, connecting.state);
};
