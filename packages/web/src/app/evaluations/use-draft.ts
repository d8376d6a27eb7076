/**
 * A dataset while it is written: its name, its rows, and the way back. It is saved whole, when somebody says so.
 *
 * DD1 What is not saved outlives going to another page of the app, and the browser asks before it is closed.
 * DD2 It is written over the version that was read; of another one the engine tells, and nothing is lost here.
 */

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useEngine } from '../engine.tsx';
import type { Answer } from '../transport/client.ts';
import { notify } from '../ui/notices.tsx';
import { type DraftRow, draftOf, type Fault, faultsOf, rowsOf } from './rows.ts';

export type DatasetShown = Answer<'getDataset'>;

type Written = { readonly name: string; readonly rows: readonly DraftRow[] };
type Kept = {
  /** What it was read as. */
  readonly base: Written;
  readonly version: number;
  readonly past: readonly Written[];
  readonly now: Written;
};

const MOST_PAST = 50;

/** By the id of the dataset: drafts that nobody looks at now. */
const kept = new Map<string, Kept>();

const begun = ({ name, rows, version }: DatasetShown): Kept => {
  const base = { name, rows: rows.map(draftOf) };
  return { base, version, past: [], now: base };
};

export const useDraft = (dataset: DatasetShown, project: string) => {
  const { t } = useTranslation();
  const engine = useEngine();
  const queries = useQueryClient();
  const [state, set] = useState<Kept>(() => kept.get(dataset.id) ?? begun(dataset));
  const { now, base } = state;
  const dirty = now !== base;
  useEffect(() => {
    if (!dirty) {
      kept.delete(dataset.id);
      return undefined;
    }
    kept.set(dataset.id, state);
    const ask = (event: BeforeUnloadEvent): void => event.preventDefault();
    window.addEventListener('beforeunload', ask);
    return () => window.removeEventListener('beforeunload', ask);
  }, [dirty, state, dataset.id]);
  const faults: readonly Fault[] = useMemo(() => faultsOf(now.rows), [now.rows]);
  const change = (part: Partial<Written>): void =>
    set((was) => ({ ...was, past: [...was.past, was.now].slice(-MOST_PAST), now: { ...was.now, ...part } }));
  const save = useMutation({
    mutationFn: ({ over, written }: { readonly over: boolean; readonly written: Written }) =>
      engine.call('putDataset', {
        params: { id: dataset.id },
        query: { project },
        body: { name: written.name.trim(), rows: rowsOf(written.rows), ...(over ? {} : { version: state.version }) },
      }),
    onSuccess: async (made, { written }) => {
      // What was typed while it was on its way is not saved.
      set((was) => ({ ...was, base: written, version: made.version }));
      notify({ text: t('evaluations.dataset.saved') });
      await queries.invalidateQueries({ queryKey: ['datasets', project] });
    },
  });
  return {
    ...now,
    savedName: base.name,
    dirty,
    faults,
    saving: save.isPending,
    refused: save.error,
    /** `over`: whatever version is there. */
    save: (over: boolean): void => save.mutate({ over, written: now }),
    change,
    undo:
      state.past.length === 0
        ? undefined
        : () => set((was) => ({ ...was, past: was.past.slice(0, -1), now: was.past.at(-1) ?? was.now })),
    /** Gives up what is not saved, for what the engine has now. */
    reread: async (): Promise<void> => {
      const fresh = await engine.call('getDataset', { params: { id: dataset.id }, query: { project } });
      queries.setQueryData(['dataset', project, dataset.id], fresh);
      set(begun(fresh));
      save.reset();
    },
  };
};
