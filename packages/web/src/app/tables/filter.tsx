/** What is looked for in a table: conditions over its columns, all of them or any. They go into the address when they are applied. */

import { Button, Group, NativeSelect, Stack, TextInput } from '@mantine/core';
import type { Condition } from '@headgate/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type ColumnShown,
  operatorsOf,
  readCondition,
  takesValue,
  type Written,
  writeWhere,
  writtenOf,
} from './conditions.ts';
import type { TableSearch } from './search.ts';

const MOST = 20;

type Props = {
  readonly columns: readonly ColumnShown[];
  readonly where: readonly Condition[];
  readonly match: 'all' | 'any';
  readonly set: (part: TableSearch) => void;
};

export const Filter = ({ columns, where, match, set }: Props) => {
  const { t } = useTranslation();
  const [list, setList] = useState<readonly Written[]>(() => where.map(writtenOf));
  const [wrong, setWrong] = useState<ReadonlyMap<number, string>>(new Map());
  const change = (at: number, part: Partial<Written>): void =>
    setList((was) => was.map((one, index) => (index === at ? { ...one, ...part } : one)));
  const columnOf = (name: string): ColumnShown | undefined => columns.find((one) => one.name === name);
  const apply = (): void => {
    const troubles = new Map<number, string>();
    const read = list.flatMap((one, index): Condition[] => {
      const column = columnOf(one.column);
      if (column === undefined) {
        troubles.set(index, t('tables.filter.gone', { column: one.column }));
        return [];
      }
      if (takesValue(one.is) && one.text.trim() === '') {
        troubles.set(index, t('tables.filter.missing'));
        return [];
      }
      const done = readCondition(column, one);
      if (done.ok) return [done.value];
      troubles.set(index, done.problem.text);
      return [];
    });
    setWrong(troubles);
    if (troubles.size === 0) set({ where: writeWhere(read) });
  };
  const first = columns[0];
  if (first === undefined) return null;
  return (
    <form
      aria-label={t('tables.filter.title')}
      onSubmit={(event) => {
        event.preventDefault();
        apply();
      }}
    >
      <Stack gap={6}>
        {list.map((one, index) => {
          const column = columnOf(one.column) ?? first;
          const choices =
            column.type === 'choice' ? (column.choices ?? []) : column.type === 'boolean' ? ['true', 'false'] : null;
          const value = {
            size: 'xs' as const,
            'aria-label': t('tables.filter.value', { number: index + 1 }),
            value: one.text,
            error: wrong.get(index),
          };
          return (
            <Group key={index} gap={6} align="start">
              <NativeSelect
                size="xs"
                aria-label={t('tables.filter.column', { number: index + 1 })}
                value={column.name}
                data={columns.map(({ name }) => name)}
                onChange={({ currentTarget }) => {
                  const next = columnOf(currentTarget.value) ?? first;
                  const is = operatorsOf(next).includes(one.is) ? one.is : (operatorsOf(next)[0] ?? 'filled');
                  change(index, { column: next.name, is });
                }}
              />
              <NativeSelect
                size="xs"
                aria-label={t('tables.filter.is', { number: index + 1 })}
                value={one.is}
                data={operatorsOf(column).map((is) => ({ value: is, label: t(`tables.filter.operators.${is}`) }))}
                onChange={({ currentTarget }) =>
                  change(index, { is: operatorsOf(column).find((is) => is === currentTarget.value) ?? one.is })
                }
              />
              {takesValue(one.is) &&
                (choices !== null && one.is !== 'in' && one.is !== 'contains' && one.is !== 'starts' ? (
                  <NativeSelect
                    {...value}
                    data={['', ...choices]}
                    onChange={({ currentTarget }) => change(index, { text: currentTarget.value })}
                  />
                ) : (
                  <TextInput
                    {...value}
                    placeholder={one.is === 'in' ? t('tables.filter.list') : undefined}
                    onChange={({ currentTarget }) => change(index, { text: currentTarget.value })}
                  />
                ))}
              <Button
                size="compact-xs"
                mt={4}
                variant="default"
                aria-label={t('tables.filter.removeOf', { number: index + 1 })}
                onClick={() => {
                  setList((was) => was.filter((_, other) => other !== index));
                  setWrong(new Map());
                }}
              >
                {t('tables.filter.remove')}
              </Button>
            </Group>
          );
        })}
        <Group gap={6}>
          <Button
            size="compact-xs"
            variant="default"
            disabled={list.length >= MOST}
            onClick={() =>
              setList((was) => [...was, { column: first.name, is: operatorsOf(first)[0] ?? 'filled', text: '' }])
            }
          >
            {t('tables.filter.add')}
          </Button>
          {list.length > 1 && (
            <NativeSelect
              size="xs"
              aria-label={t('tables.filter.match')}
              value={match}
              data={[
                { value: 'all', label: t('tables.filter.all') },
                { value: 'any', label: t('tables.filter.any') },
              ]}
              onChange={({ currentTarget }) => set({ match: currentTarget.value === 'any' ? 'any' : undefined })}
            />
          )}
          {(list.length > 0 || where.length > 0) && (
            <Button size="compact-xs" type="submit" variant="default">
              {t('tables.filter.apply')}
            </Button>
          )}
          {where.length > 0 && (
            <Button
              size="compact-xs"
              variant="default"
              onClick={() => {
                setList([]);
                set({ where: undefined, match: undefined });
              }}
            >
              {t('tables.filter.clear')}
            </Button>
          )}
        </Group>
      </Stack>
    </form>
  );
};
