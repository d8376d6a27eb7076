/**
 * Conditions as they are written in the form and as they stand in the address.
 *
 * CO1 What an address holds and no condition can be is left out; whether a column takes it, the engine says.
 */

import {
  type Column,
  type Condition,
  fromText,
  isObject,
  type Operator,
  OPERATORS,
  type Problem,
  toText,
} from '@headgate/core';

/** A column as the API tells of it. */
export type ColumnShown = Omit<Column, 'id'>;

/** As it is typed. */
export type Written = { readonly column: string; readonly is: Operator; readonly text: string };

const ofType: Readonly<Record<Column['type'], readonly Operator[]>> = {
  text: ['eq', 'ne', 'contains', 'starts', 'in', 'lt', 'lte', 'gt', 'gte', 'empty', 'filled'],
  choice: ['eq', 'ne', 'in', 'contains', 'starts', 'empty', 'filled'],
  number: ['eq', 'ne', 'lt', 'lte', 'gt', 'gte', 'in', 'empty', 'filled'],
  'date-time': ['eq', 'ne', 'lt', 'lte', 'gt', 'gte', 'in', 'empty', 'filled'],
  boolean: ['eq', 'ne', 'empty', 'filled'],
  json: ['empty', 'filled'],
};

/** What can be asked of a column. */
export const operatorsOf = ({ type, sealed }: ColumnShown): readonly Operator[] =>
  sealed === true ? ofType.json : ofType[type];

export const takesValue = (is: Operator): boolean => is !== 'empty' && is !== 'filled';

/** The conditions of an address. */
export const readWhere = (text: string | undefined): readonly Condition[] => {
  if (text === undefined) return [];
  try {
    const read: unknown = JSON.parse(text);
    if (!Array.isArray(read)) return [];
    return read.slice(0, 20).flatMap((one: unknown): Condition[] => {
      if (!isObject(one)) return [];
      const { column, is, value } = one;
      const operator = OPERATORS.find((known) => known === is);
      if (typeof column !== 'string' || operator === undefined) return [];
      return [{ column, is: operator, ...(value === undefined ? {} : { value }) }];
    });
  } catch {
    return [];
  }
};

export const writeWhere = (where: readonly Condition[]): string | undefined =>
  where.length === 0 ? undefined : JSON.stringify(where);

/** A condition as its form shows it. */
export const writtenOf = ({ column, is, value }: Condition): Written => ({
  column,
  is,
  text: is === 'in' && Array.isArray(value) ? value.map(toText).join(', ') : toText(value),
});

export type ReadCondition =
  | { readonly ok: true; readonly value: Condition }
  | { readonly ok: false; readonly problem: Problem };

/** A condition with a value of its column's type, or what is wrong with it. */
export const readCondition = (column: ColumnShown, { is, text }: Written): ReadCondition => {
  if (!takesValue(is)) return { ok: true, value: { column: column.name, is } };
  // What a choice can no longer be is still asked for.
  const of: Column = { ...column, id: '', type: column.type === 'choice' ? 'text' : column.type };
  const parts = is === 'in' ? text.split(',').map((part) => part.trim()) : [text];
  const values: unknown[] = [];
  for (const part of parts) {
    const read = fromText(of, part);
    if (!read.ok) return read;
    values.push(read.value);
  }
  return { ok: true, value: { column: column.name, is, value: is === 'in' ? values : values[0] } };
};
