/** The first rows of a CSV as the table would have them, which column is which, and what cannot be taken. */

import { NativeSelect, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Cell, Row, Table } from '../../ui/table.tsx';
import type { ColumnShown } from '../conditions.ts';
import type { Judged, Mapping } from './read.ts';

const ROWS = 5;
const TOLD = 20;

type Props = {
  readonly csv: readonly (readonly string[])[];
  readonly columns: readonly ColumnShown[];
  readonly heads: boolean;
  readonly mapping: Mapping;
  readonly judged: Judged | null;
  readonly change: (mapping: Mapping) => void;
};

export const Preview = ({ csv, columns, heads, mapping, judged, change }: Props) => {
  const { t } = useTranslation();
  const first = csv[0] ?? [];
  const names = first.map((name, index) =>
    heads && name.trim() !== '' ? name : t('tables.import.column', { number: index + 1 }),
  );
  const shown = csv.slice(heads ? 1 : 0, (heads ? 1 : 0) + ROWS);
  return (
    <Stack gap="xs">
      <Table label={t('tables.import.preview')} heads={columns.map(({ name }) => name)}>
        <Row>
          {columns.map((column, index) => (
            <Cell key={column.name}>
              <NativeSelect
                size="xs"
                aria-label={t('tables.import.from', { column: column.name })}
                value={String(mapping[index] ?? '')}
                data={[
                  { value: '', label: t('tables.import.leave') },
                  ...names.map((name, from) => ({ value: String(from), label: name.slice(0, 60) })),
                ]}
                onChange={({ currentTarget: { value } }) =>
                  change(
                    columns.map((_, at) =>
                      at === index ? (value === '' ? null : Number(value)) : (mapping[at] ?? null),
                    ),
                  )
                }
              />
            </Cell>
          ))}
        </Row>
        {shown.map((cells, line) => (
          <Row key={line}>
            {columns.map((column, index) => {
              const from = mapping[index] ?? null;
              return <Cell key={column.name}>{from === null ? '' : (cells[from] ?? '').slice(0, 80)}</Cell>;
            })}
          </Row>
        ))}
      </Table>
      {judged !== null && (
        <Text size="sm" role="status">
          {t('tables.import.found', { count: judged.lines.length, wrong: judged.wrong })}
        </Text>
      )}
      {judged !== null && judged.problems.length > 0 && (
        <Table
          label={t('tables.import.problems')}
          heads={[{ number: t('tables.import.line') }, t('tables.import.at'), t('tables.import.why')]}
        >
          {judged.problems.slice(0, TOLD).map(({ line, column, text }) => (
            <Row key={`${line} ${column}`}>
              <Cell ta="right" className="hg-number">
                {line}
              </Cell>
              <Cell>{column}</Cell>
              <Cell>{text}</Cell>
            </Row>
          ))}
        </Table>
      )}
    </Stack>
  );
};
