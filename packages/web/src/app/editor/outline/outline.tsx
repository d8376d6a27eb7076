/** The flow as a tree: triggers, steps, and what blocks hold. One tab stop; arrows walk, as WAI-ARIA's tree view says. */

import { Text } from '@mantine/core';
import { isBlock, type Step, stepsOf, type Trigger } from '@headgate/core';
import { useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { titleOf, useEditor, useFlow, useSelected, useWatched } from '../editor-context.ts';
import { StateMark } from '../run/state-mark.tsx';
import classes from './outline.module.css';

type Row = {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  readonly depth: number;
  readonly disabled: boolean;
};

const rowsOf = (triggers: readonly Trigger[], steps: readonly Step[], depth = 0): Row[] => [
  ...triggers.map((one) => ({
    id: one.id,
    name: one.name ?? one.id,
    kind: one.kind,
    depth,
    disabled: one.disabled === true,
  })),
  ...steps.flatMap((one) => [
    { id: one.id, name: one.name ?? one.id, kind: one.kind, depth, disabled: one.disabled === true },
    ...(isBlock(one) ? rowsOf([], stepsOf(one), depth + 1) : []),
  ]),
];

export const Outline = ({ open }: { readonly open: (step: string) => void }) => {
  const { t } = useTranslation();
  const { kinds, selection } = useEditor();
  const flow = useFlow();
  const selected = useSelected();
  const { fold } = useWatched();
  const tree = useRef<HTMLDivElement>(null);
  const rows = rowsOf(flow.triggers ?? [], flow.steps);
  const current = selection.last() ?? rows[0]?.id ?? null;

  const go = (at: number): void => {
    const row = rows[Math.max(0, Math.min(rows.length - 1, at))];
    if (row === undefined) return;
    selection.set([row.id]);
    tree.current?.querySelector<HTMLElement>(`[data-step="${row.id}"]`)?.focus();
  };
  const walk = (event: React.KeyboardEvent): void => {
    const at = rows.findIndex(({ id }) => id === current);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
    if (next === undefined || event.altKey || event.ctrlKey) return;
    event.preventDefault();
    go(next);
  };
  if (rows.length === 0) return <Text p="md">{t('editor.noSteps')}</Text>;
  return (
    <div
      role="tree"
      aria-label={t('editor.steps', { name: flow.name })}
      aria-multiselectable
      ref={tree}
      onKeyDown={walk}
      className={classes.tree}
    >
      {rows.map((row, i) => (
        <div
          key={row.id}
          role="treeitem"
          data-step={row.id}
          aria-level={row.depth + 1}
          aria-selected={selected.has(row.id)}
          tabIndex={row.id === current ? 0 : -1}
          className={classes.row}
          style={{ paddingInlineStart: 12 + row.depth * 24 }}
          onClick={(event) => (event.ctrlKey || event.metaKey ? selection.toggle(row.id) : go(i))}
          onDoubleClick={() => open(row.id)}
        >
          <StateMark state={fold.steps.get(row.id)?.state ?? null} />
          <Text span size="sm" fw={500}>
            {row.name}
          </Text>
          <Text span size="xs" c="dimmed">
            {titleOf(kinds, row.kind)}
            {row.disabled && ` · ${t('editor.disabled')}`}
          </Text>
        </div>
      ))}
    </div>
  );
};
