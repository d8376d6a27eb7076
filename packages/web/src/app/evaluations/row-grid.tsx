/** The rows of a dataset in the grid of tables, and beside it what is wrong with the cell that is meant. */

import { Button, Group, Text } from '@mantine/core';
import type { Column } from '@headgate/core';
import { useId, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { cellKey } from '../tables/edits.ts';
import { Grid, type Place } from '../tables/grid.tsx';
import type { TableRow } from '../tables/rows.ts';
import { type DraftRow, type Fault, PARTS, type Part } from './rows.ts';

type Props = {
  readonly label: string;
  readonly rows: readonly DraftRow[];
  readonly faults: readonly Fault[];
  readonly off: string | undefined;
  readonly undo: (() => void) | undefined;
  readonly chosen: ReadonlySet<string>;
  readonly choose: (chosen: ReadonlySet<string>) => void;
  readonly at: Place;
  readonly go: (place: Place) => void;
  readonly write: (row: string, part: Part, text: string) => void;
};

/** None is sorted by: rows stay in the order in which they are run. */
const TYPE: Readonly<Record<Part, Column['type']>> = {
  name: 'text',
  input: 'json',
  expected: 'json',
  criteria: 'text',
};

export const RowGrid = (props: Props) => {
  const { label, rows, faults, off, undo, chosen, choose, at, go, write } = props;
  const { t } = useTranslation();
  const note = useId();
  const columns = PARTS.map((part) => ({ name: t(`evaluations.parts.${part}`), type: TYPE[part] }));
  const nameOf = (part: Part): string => columns[PARTS.indexOf(part)]?.name ?? part;
  const partOf = (column: string): Part => PARTS[columns.findIndex(({ name }) => name === column)] ?? 'name';
  const shown = useMemo(
    () =>
      rows.map(
        (row): TableRow => ({
          ...{ id: row.id, version: 1, created: '', updated: '' },
          values: Object.fromEntries(PARTS.map((part) => [t(`evaluations.parts.${part}`), row[part]])),
        }),
      ),
    [rows, t],
  );
  const troubles = new Map(
    faults.map(({ row, part, fault }) => [
      cellKey(row, nameOf(part)),
      {
        problem: { code: 'request.invalid', text: t(`evaluations.faults.${fault}`), retry: 'no' as const },
        text: rows.find(({ id }) => id === row)?.[part] ?? '',
      },
    ]),
  );
  const row = rows[at.row];
  const trouble = row === undefined ? undefined : troubles.get(cellKey(row.id, columns[at.column - 1]?.name ?? ''));
  const [first] = faults;
  return (
    <>
      <Grid
        label={label}
        columns={columns}
        rows={shown}
        total={rows.length}
        more={undefined}
        sort={null}
        onSort={() => undefined}
        chosen={chosen}
        choose={(one) =>
          choose(new Set(chosen.has(one) ? [...chosen].filter((other) => other !== one) : [...chosen, one]))
        }
        troubles={troubles}
        open
        off={off}
        save={(id, column, text) => {
          const part = partOf(column.name);
          if (rows.find((one) => one.id === id)?.[part] !== text) write(id, part, text);
        }}
        undo={undo}
        note={note}
        at={at}
        go={go}
      />
      <Group id={note} gap="xs">
        {trouble === undefined ? (
          <Text size="xs" c="var(--hg-quiet)">
            {t('evaluations.dataset.help')}
          </Text>
        ) : (
          <Text size="sm" c="var(--hg-failed)" role="alert">
            <span aria-hidden>✕ </span>
            {trouble.problem.text}
          </Text>
        )}
        {first !== undefined && trouble === undefined && (
          <Button
            size="compact-xs"
            variant="default"
            onClick={() =>
              go({ row: rows.findIndex(({ id }) => id === first.row), column: PARTS.indexOf(first.part) + 1 })
            }
          >
            {t('evaluations.dataset.toFault')}
          </Button>
        )}
      </Group>
    </>
  );
};
