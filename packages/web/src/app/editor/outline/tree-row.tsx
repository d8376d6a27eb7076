/** One line of the outline: a step, a trigger, or a branch of one. It is drawn again only when what it shows has changed. */

import { Text } from '@mantine/core';
import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import { useIsSelected, useProblemsOf, useStepView } from '../editor-context.ts';
import { NameField } from '../name-field.tsx';
import { spoken, type Told } from '../naming.ts';
import { BreakMark } from '../run/break-mark.tsx';
import { StateMark } from '../run/state-mark.tsx';
import { useHasBreak } from '../run/use-beside.ts';
import classes from './outline.module.css';
import type { Row } from './rows.ts';

/** What rows do, by id: the same object for as long as the tree is there, so that a row is drawn again only when it changed. */
export type Acts = {
  readonly go: (id: string, event: React.MouseEvent) => void;
  readonly goBranch: (id: string, event: React.MouseEvent) => void;
  readonly fold: (id: string) => void;
  readonly open: (id: string) => void;
  readonly menu: (id: string, x: number, y: number) => void;
  readonly renamed: () => void;
  readonly addAfter: (entry: string) => void;
};

type RowProps = { readonly row: Row; readonly told?: Told | undefined };

/** Do these show the same? Rows and what is told of them are made anew with each edit, and most of them hold what they held. */
const sameRow = <P extends RowProps>({ row, told, ...rest }: P, { row: row2, told: told2, ...rest2 }: P): boolean =>
  sameFields(rest, rest2) && sameFields(row, row2) && sameFields(told ?? {}, told2 ?? {});

const sameFields = (one: object, other: object): boolean => {
  const fields = Object.entries(one);
  return (
    fields.length === Object.keys(other).length && fields.every(([name, value]) => Reflect.get(other, name) === value)
  );
};

type StepRowProps = {
  readonly row: Row;
  readonly told: Told | undefined;
  readonly current: boolean;
  readonly closed: boolean;
  readonly target: boolean;
  readonly renaming: boolean;
  readonly acts: Acts;
};

export const StepRow = memo(({ row, told, current, closed, target, renaming, acts }: StepRowProps) => {
  const { t } = useTranslation();
  const selected = useIsSelected(row.id);
  const view = useStepView(row.id);
  const problems = useProblemsOf(row.id);
  const breaks = useHasBreak(row.id);
  if (told === undefined) return null;
  return (
    <div
      role="treeitem"
      data-row={row.id}
      data-target={target}
      aria-level={row.depth + 1}
      aria-selected={selected}
      {...(row.opens ? { 'aria-expanded': !closed } : {})}
      aria-label={spoken(t, told, view?.state ?? null, problems.length, breaks)}
      tabIndex={current ? 0 : -1}
      className={classes.row}
      style={{ paddingInlineStart: 8 + row.depth * 20 }}
      onClick={(event) => acts.go(row.id, event)}
      onDoubleClick={() => acts.open(row.id)}
      onContextMenu={(event) => {
        event.preventDefault();
        const box = event.currentTarget.getBoundingClientRect();
        const byKey = event.button !== 2;
        acts.menu(row.id, byKey ? box.left + 48 : event.clientX, byKey ? box.top + 24 : event.clientY);
      }}
    >
      <span
        className={classes.fold}
        aria-hidden
        onClick={(event) => {
          if (!row.opens) return;
          event.stopPropagation();
          acts.fold(row.id);
        }}
      >
        {row.opens ? (closed ? '▸' : '▾') : ''}
      </span>
      <BreakMark there={breaks} />
      <StateMark state={view?.state ?? null} mute />
      {renaming ? (
        <NameField id={row.id} name={told.name} done={acts.renamed} />
      ) : (
        <Text span size="sm" fw={500} truncate td={told.disabled ? 'line-through' : undefined}>
          {told.name}
        </Text>
      )}{' '}
      <Text span size="xs" c="dimmed" truncate>
        {told.kind}
        {told.disabled && ` · ${t('editor.disabled')}`}
      </Text>
      {problems.length > 0 && <span className={classes.badge} title={problems[0]?.text} data-count={problems.length} />}
    </div>
  );
}, sameRow);

type BranchRowProps = {
  readonly row: Row;
  readonly current: boolean;
  readonly closed: boolean;
  readonly name: string;
  readonly acts: Acts;
};

export const BranchRow = memo(({ row, current, closed, name, acts }: BranchRowProps) => {
  const { t } = useTranslation();
  const port = row.id.split('.')[1] ?? '';
  return (
    <div
      role="treeitem"
      data-row={row.id}
      aria-level={row.depth + 1}
      aria-selected={false}
      {...(row.opens ? { 'aria-expanded': !closed } : {})}
      aria-label={`${port}${row.opens ? '' : ` ${t('graph.emptyBranch')}`}, ${t('graph.branch', { port, name })}`}
      tabIndex={current ? 0 : -1}
      className={classes.row}
      style={{ paddingInlineStart: 8 + row.depth * 20 }}
      onClick={(event) => acts.goBranch(row.id, event)}
      onDoubleClick={() => acts.addAfter(row.id)}
    >
      <span className={classes.fold} aria-hidden>
        {row.opens ? (closed ? '▸' : '▾') : ''}
      </span>
      <Text span size="xs" c="dimmed" fw={600}>
        {port}
      </Text>{' '}
      {!row.opens && (
        <Text span size="xs" c="dimmed">
          {t('graph.emptyBranch')}
        </Text>
      )}
    </div>
  );
}, sameRow);
