/** Fields of a form as somebody designs them. */

import { formFields, type Json } from '@headgate/core';
import { expect, test } from 'vitest';
import {
  addedTo,
  type Draft,
  fieldsIn,
  freeNameIn,
  labelled,
  movedTo,
  nameOf,
  pagesIn,
  typedAs,
  withKey,
} from './fields.ts';

const free = (): boolean => false;
const kept: Draft = { name: 'a', label: 'A', type: 'text', 'x-ours': { deep: [1] } };

test('a label becomes a name that the engine takes, in whatever script it is', () => {
  expect(nameOf('Your first name')).toBe('your_first_name');
  expect(nameOf('Größe (cm)')).toBe('grosse_cm');
  expect(nameOf('2nd choice')).toBe('nd_choice');
  expect(nameOf('名前')).toBe('');
  expect(freeNameIn([{ name: 'field' }], nameOf('名前'))).toBe('field_2');
});

test('every type that is added is a field that the engine takes', () => {
  let fields: readonly Draft[] = [];
  for (const type of ['text', 'long', 'number', 'boolean', 'date', 'choice', 'choices', 'email', 'file'] as const)
    fields = addedTo(fields, type, 'New field', 'Choice');
  expect(formFields.safeParse(fields).success).toBe(true);
  expect(fields.map(({ name }) => name).slice(0, 3)).toEqual(['new_field', 'new_field_2', 'new_field_3']);
});

test('a name follows its label until something of the flow names it, or a person chose another', () => {
  const fields = addedTo([], 'text', 'New field', 'Choice');
  expect(labelled(fields, 0, 'Town', free)[0]).toMatchObject({ label: 'Town', name: 'town' });
  expect(labelled(fields, 0, 'Town', () => true)[0]).toMatchObject({ label: 'Town', name: 'new_field' });
  const own = withKey(fields, 0, 'name', 'place');
  expect(labelled(own, 0, 'Town', free)[0]).toMatchObject({ label: 'Town', name: 'place' });
});

test('what is not known here is kept, whatever is changed or moved', () => {
  let fields: readonly Draft[] = [kept, { name: 'b', label: 'B', type: 'date', page: 2 }];
  fields = labelled(fields, 0, 'Other', free);
  fields = typedAs(fields, 0, 'choice', 'Choice');
  fields = withKey(fields, 0, 'help', 'Why');
  fields = movedTo(fields, 0, 1);
  expect(fields[1]).toEqual({
    name: 'other',
    label: 'Other',
    type: 'choice',
    choices: ['Choice 1', 'Choice 2'],
    help: 'Why',
    'x-ours': { deep: [1] },
  });
  expect(pagesIn(fields)).toEqual([1, 2]);
  expect(withKey(fields, 1, 'help', undefined)[1]).not.toHaveProperty('help');
});

test('what is no list of fields is none of ours to show', () => {
  const given: (Json | undefined)[] = ['{{ input.fields }}', { a: 1 }, [1], null];
  for (const one of given) expect(fieldsIn(one)).toBeNull();
  expect(fieldsIn(undefined)).toEqual([]);
  expect(fieldsIn([{}])).toEqual([{}]);
});

test('a field is moved within the list, and never out of it', () => {
  const fields: readonly Draft[] = [{ name: 'a' }, { name: 'b' }, { name: 'c' }];
  const order = (list: readonly Draft[]): unknown[] => list.map(({ name }) => name);
  expect(order(movedTo(fields, 0, 2))).toEqual(['b', 'c', 'a']);
  expect(order(movedTo(fields, 2, -5))).toEqual(['c', 'a', 'b']);
  expect(order(movedTo(fields, 0, 9))).toEqual(['b', 'c', 'a']);
  expect(order(movedTo(fields, 9, 0))).toEqual(['a', 'b', 'c']);
});
