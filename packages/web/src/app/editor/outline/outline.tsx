/**
 * The flow as a tree: a whole editor of its own, and the one for narrow screens. One tab stop; the keys are those of WAI-ARIA's
 * tree view, with Shift and Ctrl for several; what else can be done is in the table of actions, as on the canvas.
 */

import { Button, Stack, Text } from '@mantine/core';
import { everyStep, isBlock, stepsOf } from '@headgate/core';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { announce } from '../../ui/announce.ts';
import { titleOf, useConnecting, useCursor, useEditor, useFlow, useWire } from '../editor-context.ts';
import type { GraphProps } from '../graph.ts';
import { countsOf, type Told } from '../naming.ts';
import classes from './outline.module.css';
import { rowsOf, seen } from './rows.ts';
import { type Acts, BranchRow, StepRow } from './tree-row.tsx';

const PAUSE = 900;

export const Outline = ({ open, add, menu, renaming, rename }: GraphProps) => {
  const { t } = useTranslation();
  const { kinds, selection, commands, connecting: mode } = useEditor();
  const flow = useFlow();
  const cursor = useCursor();
  const connecting = useConnecting();
  const chosen = useWire();
  const tree = useRef<HTMLDivElement>(null);
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const typed = useRef({ text: '', at: 0 });
  const all = useMemo(() => rowsOf(flow, kinds), [flow, kinds]);
  const rows = useMemo(() => seen(all, closed), [all, closed]);
  const told = useMemo((): ReadonlyMap<string, Told> => {
    const counts = countsOf(flow);
    const things = [...(flow.triggers ?? []), ...everyStep(flow)];
    return new Map(
      things.flatMap((one): [string, Told][] => {
        const count = counts.get(one.id);
        const holds = !count?.trigger && isBlock(one) ? stepsOf(one).length : null;
        return count === undefined
          ? []
          : [
              [
                one.id,
                {
                  ...count,
                  name: one.name ?? one.id,
                  kind: titleOf(kinds, one.kind),
                  disabled: one.disabled === true,
                  holds,
                },
              ],
            ];
      }),
    );
  }, [flow, kinds]);
  const found = rows.findIndex(({ id }) => id === cursor);
  // What the cursor is on may lie in a branch that is closed: the keys go on from the first row then.
  const at = Math.max(0, found);
  const current = rows[at]?.id ?? null;

  const focus = (id: string): void =>
    tree.current?.querySelector<HTMLElement>(`[data-row="${CSS.escape(id)}"]`)?.focus({ preventScroll: false });
  // A command that moved the cursor while the tree had the focus takes the focus along.
  useEffect(() => {
    const here = document.activeElement;
    if (
      current !== null &&
      (here?.closest('[data-row]') !== null || here === tree.current) &&
      tree.current?.contains(here) === true
    )
      if (!(here instanceof HTMLInputElement)) focus(current);
  }, [current, rows]);

  const go = (
    index: number,
    event: { readonly ctrlKey: boolean; readonly shiftKey: boolean; readonly metaKey: boolean },
  ): void => {
    const row = rows[Math.max(0, Math.min(rows.length - 1, index))];
    if (row === undefined) return;
    const order = rows.filter(({ what }) => what !== 'branch').map(({ id }) => id);
    if (mode.state() !== null || event.ctrlKey || event.metaKey || row.what === 'branch') selection.go(row.id);
    else if (event.shiftKey) selection.extend(order, row.id);
    else selection.set([row.id]);
    const entry = mode.state()?.entry;
    if (entry !== undefined) announce(t('graph.connectingTo', { entry, to: row.id }));
    focus(row.id);
  };
  const fold = (id: string, isClosed: boolean): void => {
    const next = new Set(closed);
    if (isClosed) next.add(id);
    else next.delete(id);
    setClosed(next);
  };
  const search = (letter: string): void => {
    const now = performance.now();
    const text = (now - typed.current.at > PAUSE ? letter : typed.current.text + letter).toLowerCase();
    typed.current = { text, at: now };
    const from = text.length === 1 ? at + 1 : Math.max(at, 0);
    const turned = [...rows.slice(from), ...rows.slice(0, from)];
    const found = turned.find(({ id }) => told.get(id)?.name.toLowerCase().startsWith(text) === true);
    if (found !== undefined) go(rows.indexOf(found), { ctrlKey: false, shiftKey: false, metaKey: false });
  };

  const latest = useRef({ go, fold, open, add, menu, rename, rows, closed });
  latest.current = { go, fold, open, add, menu, rename, rows, closed };
  const acts = useMemo((): Acts => {
    const goTo = (id: string, event: React.MouseEvent): void =>
      latest.current.go(
        latest.current.rows.findIndex((row) => row.id === id),
        event,
      );
    return {
      go: (id, event) => (event.ctrlKey || event.metaKey ? selection.toggle(id) : goTo(id, event)),
      goBranch: goTo,
      fold: (id) => latest.current.fold(id, !latest.current.closed.has(id)),
      open: (id) => latest.current.open(id),
      menu: (id, x, y) => {
        if (!selection.has(id)) selection.set([id]);
        latest.current.menu({ id, x, y });
      },
      renamed: () => latest.current.rename(null),
      addAfter: (entry) => latest.current.add({ where: { at: 'after', entry } }),
    };
  }, [selection]);

  const keys = (event: React.KeyboardEvent): void => {
    if (event.target instanceof HTMLInputElement) return;
    const row = rows[at];
    const { key } = event;
    if (key.length > 1 && key !== 'Shift') typed.current = { text: '', at: 0 };
    if (row === undefined) return;
    const taken = (): void => event.preventDefault();
    if (event.altKey) {
      const how = ({ ArrowUp: 'up', ArrowDown: 'down', ArrowRight: 'in', ArrowLeft: 'out' } as const)[key];
      if (how === undefined) return;
      taken();
      const ids = [...selection.state()].filter((id) => all.some((one) => one.id === id && one.what === 'step'));
      if (ids.length > 0) commands.shift(ids, how);
      return;
    }
    const index = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[key];
    if (index !== undefined) {
      taken();
      go(index, event);
    } else if (key === 'ArrowRight') {
      taken();
      if (row.opens && closed.has(row.id)) fold(row.id, false);
      else if (row.opens && rows[at + 1]?.parent === row.id) go(at + 1, event);
    } else if (key === 'ArrowLeft') {
      taken();
      if (row.opens && !closed.has(row.id)) fold(row.id, true);
      else if (row.parent !== null)
        go(
          rows.findIndex(({ id }) => id === row.parent),
          event,
        );
    } else if (key === ' ') {
      taken();
      if (row.what !== 'branch') selection.toggle(row.id);
    } else if (connecting !== null && (key === 'Enter' || key === 'Escape')) {
      taken();
      const entry = mode.end();
      if (key === 'Enter' && entry !== null && commands.connect(entry, row.id)) selection.set([row.id]);
    } else if (key === 'Enter' && row.what === 'branch') {
      taken();
      add({ where: { at: 'after', entry: row.id } });
    } else if (
      key.length === 1 &&
      /\p{L}|\d/u.test(key) &&
      !event.ctrlKey &&
      !event.metaKey &&
      (event.shiftKey || (typed.current.text !== '' && performance.now() - typed.current.at < PAUSE))
    ) {
      taken();
      search(key);
    }
  };

  if (rows.length === 0)
    return (
      <Stack p="xl" align="center" gap="sm" data-graph="outline" tabIndex={-1}>
        <Text fw={600}>{t('graph.emptyTitle')}</Text>
        <Text size="sm" c="dimmed">
          {t('editor.noSteps')}
        </Text>
        <Button onClick={() => add({ where: { at: 'flow' } })}>{t('editor.add')}</Button>
      </Stack>
    );
  return (
    <div
      role="tree"
      aria-label={t('editor.steps', { name: flow.name })}
      aria-multiselectable
      aria-description={t('graph.canvasHelp')}
      ref={tree}
      data-graph="outline"
      tabIndex={-1}
      onKeyDown={keys}
      className={classes.tree}
    >
      {connecting !== null && <div className={classes.mode}>{t('graph.connecting', { entry: connecting.entry })}</div>}
      {chosen !== null && <div className={classes.mode}>{t('graph.wireChosen', chosen)}</div>}
      {rows.map((row) =>
        row.what === 'branch' ? (
          <BranchRow
            key={row.id}
            row={row}
            current={row.id === current}
            closed={closed.has(row.id)}
            name={told.get(row.parent ?? '')?.name ?? ''}
            acts={acts}
          />
        ) : (
          <StepRow
            key={row.id}
            row={row}
            told={told.get(row.id)}
            current={row.id === current}
            closed={closed.has(row.id)}
            target={connecting !== null && row.id === cursor}
            renaming={renaming === row.id}
            acts={acts}
          />
        ),
      )}
    </div>
  );
};
