/**
 * The fields of a form as somebody designs them: values in, values out. What a field holds that is not known here stays in it,
 * wherever it is moved and whatever else of it is changed.
 */

import { FIELD_TYPES, type FieldType, isObject, type Json, MOST_PAGES } from '@headgate/core';

/** A field as it stands in the draft: it may lack anything. */
export type Draft = Readonly<Record<string, Json>>;

/** The list; null: it is computed, or none that fields can show. */
export const fieldsIn = (value: Json | undefined): readonly Draft[] | null => {
  if (value === undefined) return [];
  if (!Array.isArray(value) || !value.every((one) => isObject(one))) return null;
  return value as readonly Draft[];
};

export const textIn = (field: Draft, key: string): string => (typeof field[key] === 'string' ? field[key] : '');

export const typeIn = (field: Draft): FieldType => FIELD_TYPES.find((one) => one === field['type']) ?? 'text';

export const choicesIn = (field: Draft): readonly string[] =>
  Array.isArray(field['choices']) ? field['choices'].map(String) : [];

/** The page it stands on, as far as it says one. */
export const pageIn = (field: Draft): number => {
  const page = field['page'];
  return typeof page === 'number' && Number.isInteger(page) && page >= 1 && page <= MOST_PAGES ? page : 1;
};

export const pagesIn = (fields: readonly Draft[]): readonly number[] =>
  [...new Set(fields.map(pageIn))].toSorted((a, b) => a - b);

const LONGEST = 60;

/** A label as a name: `Your name` is your_name. Empty where nothing is left of it. */
export const nameOf = (label: string): string =>
  label
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^[^a-z]+|_+$/g, '')
    .slice(0, LONGEST)
    .replace(/_+$/, '');

/** The wish, or the first of it and a number that no field has; `but`: the place of the field it is for. */
export const freeNameIn = (fields: readonly Draft[], wish: string, but = -1): string => {
  const taken = new Set(fields.flatMap((one, i) => (i === but ? [] : [one['name']])));
  const base = wish === '' ? 'field' : wish;
  if (!taken.has(base)) return base;
  for (let n = 2; ; n += 1) {
    const name = `${base.slice(0, LONGEST - 4)}_${n}`;
    if (!taken.has(name)) return name;
  }
};

export const addedTo = (fields: readonly Draft[], type: FieldType, label: string, choice: string): readonly Draft[] => {
  const last = fields.at(-1);
  const page = last === undefined ? 1 : pageIn(last);
  const field = { name: freeNameIn(fields, nameOf(label)), label, type };
  const choices: Draft = type === 'choice' || type === 'choices' ? { choices: [`${choice} 1`, `${choice} 2`] } : {};
  const made: Draft = { ...field, ...choices, ...(page === 1 ? {} : { page }) };
  return [...fields, made];
};

/**
 * With another label. The name follows it as long as it was made of the label before, and nothing of the flow names it yet:
 * `used` says that.
 */
export const labelled = (
  fields: readonly Draft[],
  at: number,
  label: string,
  used: (name: string) => boolean,
): readonly Draft[] => {
  const field = fields[at];
  if (field === undefined) return fields;
  const name = textIn(field, 'name');
  const follows =
    freeNameIn(fields, nameOf(textIn(field, 'label')), at) === name && !used(name) && nameOf(label) !== '';
  return fields.with(at, {
    ...field,
    label,
    ...(follows ? { name: freeNameIn(fields, nameOf(label), at) } : {}),
  });
};

/** With something else in one place of a field; undefined takes it away. */
export const withKey = (
  fields: readonly Draft[],
  at: number,
  key: string,
  value: Json | undefined,
): readonly Draft[] => {
  const field = fields[at];
  if (field === undefined) return fields;
  const { [key]: _was, ...rest } = field;
  return fields.with(
    at,
    value === undefined ? rest : key in field ? { ...field, [key]: value } : { ...rest, [key]: value },
  );
};

/** Of another type. What is to be chosen from comes with a type that needs it. */
export const typedAs = (fields: readonly Draft[], at: number, type: FieldType, choice: string): readonly Draft[] => {
  const next = withKey(fields, at, 'type', type);
  const needs = (type === 'choice' || type === 'choices') && next[at]?.['choices'] === undefined;
  return needs ? withKey(next, at, 'choices', [`${choice} 1`, `${choice} 2`]) : next;
};

/** Stands before what was at `to`, or last. */
export const movedTo = (fields: readonly Draft[], from: number, to: number): readonly Draft[] => {
  const field = fields[from];
  if (field === undefined || from === to) return fields;
  return fields.toSpliced(from, 1).toSpliced(Math.max(0, Math.min(fields.length - 1, to)), 0, field);
};
