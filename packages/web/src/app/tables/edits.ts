/**
 * Edits of a table, one after the other: each is sent with the version of the row that was seen, so that nobody's change is
 * written over unseen; each that was done can be taken back.
 *
 * ED1 What was refused stays at its cell, with what was typed, until it is written or given up.
 */

import { type Column, fromText, type Problem, toText } from '@headgate/core';
import { useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useEngine } from '../engine.tsx';
import { tell } from '../problem/tell.ts';
import { Refusal } from '../transport/client.ts';
import { notify } from '../ui/notices.tsx';
import type { ColumnShown } from './conditions.ts';
import type { Rows, TableRow } from './rows.ts';

/** What became of an edit that was not taken. `theirs`: the row was changed meanwhile, and this stands there now. */
export type Trouble = { readonly problem: Problem; readonly text: string; readonly theirs?: string };

/** What a cell is called among the troubles. */
export const cellKey = (row: string, column: string): string => `${row}/${column}`;

type Undo = { readonly title: string; readonly run: () => Promise<void> };

/** Rows that one call takes. */
const AT_ONCE = 1_000;
const MOST_UNDO = 50;

export const portions = <T>(list: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(list.length / size) }, (_, at) => list.slice(at * size, (at + 1) * size));

export const useEdits = (project: string, table: string, rows: Rows) => {
  const { t } = useTranslation();
  const engine = useEngine();
  const queries = useQueryClient();
  const [troubles, setTroubles] = useState<ReadonlyMap<string, Trouble>>(new Map());
  const [undos, setUndos] = useState<readonly Undo[]>([]);
  const [saving, setSaving] = useState(0);
  /** Rows that were deleted and came back have other ids: what was done to them before is undone where they are now. */
  const reborn = useRef(new Map<string, string>());
  const chain = useRef<Promise<void>>(Promise.resolve());

  const place = { params: { id: table }, query: { project } } as const;
  const stack = useRef<readonly Undo[]>([]);
  const setStack = (next: readonly Undo[]): void => {
    stack.current = next;
    setUndos(next);
  };
  const keep = (undo: Undo): void => setStack([...stack.current, undo].slice(-MOST_UNDO));
  const trouble = (key: string, one: Trouble | null): void =>
    setTroubles((was) => {
      const next = new Map(was);
      if (one === null) next.delete(key);
      else next.set(key, one);
      return next;
    });
  const counted = (): void => {
    void queries.invalidateQueries({ queryKey: ['table', project, table] });
    void queries.invalidateQueries({ queryKey: ['tables', project] });
  };
  /** In their order: the second edit of a row knows the version that the first one made. */
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    setSaving((many) => many + 1);
    const done = chain.current.then(work).finally(() => setSaving((many) => many - 1));
    chain.current = done.catch(() => undefined);
    return done;
  };

  const write = async (id: string, values: Readonly<Record<string, unknown>>, version?: number): Promise<TableRow> => {
    const changes = [{ id, values, ...(version === undefined ? {} : { version }) }];
    const { rows: written } = await engine.call('changeRows', { ...place, body: { changes } });
    const [row] = written;
    if (row === undefined) throw new Error('a row that was changed is told');
    rows.put(row);
    return row;
  };

  /** Writes what was typed into a cell. `over`: whatever stands there by now. */
  const save = (id: string, column: ColumnShown, text: string, over = false): void => {
    const key = cellKey(id, column.name);
    const read = fromText({ ...column, id: '' } satisfies Column, text);
    if (!read.ok) {
      trouble(key, { problem: read.problem, text });
      return;
    }
    void inTurn(async () => {
      const row = rows.now(id);
      if (row === undefined) return;
      const before = row.values[column.name] ?? null;
      if (toText(before) === toText(read.value) && !over) return trouble(key, null);
      try {
        const { version } = await write(id, { [column.name]: read.value }, over ? undefined : row.version);
        trouble(key, null);
        keep({
          title: t('tables.undo.cell', { column: column.name }),
          run: async () => {
            const now = reborn.current.get(id);
            await write(now ?? id, { [column.name]: before }, now === undefined ? version : undefined);
          },
        });
      } catch (error) {
        if (!(error instanceof Refusal)) return tell(error);
        const { problem } = error;
        if (problem.code !== 'row.stale') return trouble(key, { problem, text });
        // A change of nothing: how the row stands now.
        const now = await write(id, {});
        trouble(key, { problem, text, theirs: toText(now.values[column.name]) });
      }
    }).catch(tell);
  };

  const add = async (values: Readonly<Record<string, unknown>>): Promise<TableRow | null> => {
    let added: TableRow | null = null;
    await inTurn(async () => {
      const { rows: made } = await engine.call('addRows', { ...place, body: { rows: [values] } });
      const plain = made.map(({ made: _made, ...row }) => row);
      rows.add(plain);
      added = plain[0] ?? null;
      keep({ title: t('tables.undo.added'), run: () => gone(plain.map(({ id }) => reborn.current.get(id) ?? id)) });
      counted();
    });
    return added;
  };

  const gone = async (ids: readonly string[]): Promise<void> => {
    for (const some of portions(ids, AT_ONCE)) {
      await engine.call('deleteRows', { ...place, body: { ids: some } });
      rows.drop(new Set(some));
    }
    counted();
  };

  const remove = (ids: readonly string[]): Promise<void> =>
    inTurn(async () => {
      const were = ids.flatMap((id) => rows.now(id) ?? []);
      await gone(ids);
      keep({
        title: t('tables.undo.removed', { count: were.length }),
        run: async () => {
          for (const some of portions(were, AT_ONCE)) {
            const body = { rows: some.map(({ values }) => ({ ...values })) };
            const { rows: made } = await engine.call('addRows', { ...place, body });
            some.forEach(({ id }, index) => {
              const now = made[index]?.id;
              if (now !== undefined) reborn.current.set(id, now);
            });
            rows.add(made.map(({ made: _made, ...row }) => row));
          }
          counted();
        },
      });
    });

  const last = undos.at(-1);
  return {
    troubles,
    saving: saving > 0,
    save,
    forget: (id: string, column: string) => trouble(cellKey(id, column), null),
    add,
    remove,
    /** Null: there is nothing to take back. */
    undo:
      last === undefined
        ? null
        : {
            title: last.title,
            run: () =>
              void inTurn(async () => {
                // In its turn: what is the last then.
                const one = stack.current.at(-1);
                if (one === undefined) return;
                setStack(stack.current.slice(0, -1));
                await one.run();
                notify({ text: t('tables.undo.done', { what: one.title }) });
              }).catch(tell),
          },
  };
};
