/** What the parts of the editor share: the open draft, what is selected, the run that is looked at, the kinds of steps. */

import type { Flow } from '@headgate/core';
import { createContext, use, useSyncExternalStore } from 'react';
import type { Answer, Client } from '../transport/client.ts';
import type { Draft, DraftState } from './draft/draft.ts';
import type { Commands } from './commands.ts';
import type { RunWatch, Watched } from './run/watch.ts';
import type { Selection } from './selection.ts';

export type Kinds = Answer<'listSteps'>;

export type Editor = {
  readonly client: Client;
  readonly draft: Draft;
  readonly kinds: Kinds;
  readonly selection: Selection;
  readonly watch: RunWatch;
  readonly commands: Commands;
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
