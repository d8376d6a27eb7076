/** The input used last, the pins and the breakpoints of the open flow, for all parts of the editor. */

import { useSyncExternalStore } from 'react';
import { useSignedIn } from '../../shell/signed-in.ts';
import { useEditor } from '../editor-context.ts';
import { type Beside, Kept } from './kept.ts';

const open = new Map<string, Kept>();

export const useKept = (): Kept => {
  const { draft } = useEditor();
  const account = useSignedIn();
  const user = typeof account === 'object' && account !== null ? account.id : '';
  const key = `${user} ${draft.id}`;
  const kept = open.get(key) ?? new Kept(user, draft.id);
  open.set(key, kept);
  return kept;
};

export const useBeside = (): Beside => {
  const kept = useKept();
  return useSyncExternalStore(kept.subscribe, kept.state);
};

/** Does this step have a breakpoint? Who shows it draws again only when that changed. */
export const useHasBreak = (step: string): boolean => {
  const kept = useKept();
  return useSyncExternalStore(kept.subscribe, () => kept.state().breaks.includes(step));
};
