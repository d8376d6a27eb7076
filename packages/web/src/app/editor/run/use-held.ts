/** What is held in the run that is looked at, as it is now, and letting it go on: each with the input typed for it. */

import { useMutation } from '@tanstack/react-query';
import { useMemo, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { Refusal } from '../../transport/client.ts';
import { notify } from '../../ui/notices.tsx';
import { useEditor, useWatched } from '../editor-context.ts';
import type { HeldView } from './fold.ts';
import { holdsHidden } from './hidden.ts';
import { heldEdits, heldKey, parsed } from './held-edits.ts';

export type HeldAt = HeldView & { readonly step: string; readonly key: string };

export type Held = {
  readonly run: string;
  readonly all: readonly HeldAt[];
  readonly edits: ReadonlyMap<string, string>;
  /** Why what is typed for these cannot be sent; undefined: it can. */
  readonly unready: (which: readonly HeldAt[]) => string | undefined;
  readonly goOn: (mode: 'continue' | 'step', which: readonly HeldAt[]) => void;
  readonly busy: boolean;
};

export const useHeld = (): Held => {
  const { t } = useTranslation();
  const { client } = useEditor();
  const { run: watched, now } = useWatched();
  const run = watched ?? '';
  const edits = useSyncExternalStore(heldEdits.subscribe, heldEdits.state);
  const all = useMemo(
    () =>
      [...now.steps].flatMap(([step, { held }]) =>
        held.map((one) => ({ ...one, step, key: heldKey(run, step, one.item) })),
      ),
    [now, run],
  );
  const go = useMutation({
    mutationFn: async ({ mode, which }: { mode: 'continue' | 'step'; which: readonly HeldAt[] }) => {
      // One by one and by name: what comes to be held meanwhile stays held.
      for (const { step, item, key } of which) {
        const typed = parsed(edits.get(key) ?? '');
        const body = {
          step,
          mode,
          ...(item.length === 0 ? {} : { item: [...item] }),
          ...(typed === null ? {} : { input: typed.value }),
        };
        await client.call('continueRun', { params: { id: run }, body });
        heldEdits.set(key, null);
      }
    },
    onError: (error) =>
      notify(error instanceof Refusal ? { problem: error.problem } : { text: t('common.unreached.title') }),
  });
  const unready = (which: readonly HeldAt[]): string | undefined => {
    const texts = which.map(({ key }) => edits.get(key)).filter((text) => text !== undefined);
    if (texts.some((text) => parsed(text) === null)) return t('running.notJson');
    return texts.some(holdsHidden) ? t('again.hidden') : undefined;
  };
  return {
    run,
    all,
    edits,
    unready,
    busy: go.isPending,
    goOn: (mode, which) => {
      if (which.length > 0 && unready(which) === undefined) go.mutate({ mode, which });
    },
  };
};
