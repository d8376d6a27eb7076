/**
 * What people filled in, judged by the fields of a form: the texts of a page, or the JSON of a program, to values, or to one
 * sentence beside each field that is wrong. Total and pure; nothing that was not asked for comes out.
 */

import { type FormField, LONGEST_LONG, LONGEST_TEXT, pageOf } from './fields.ts';

export type FieldError = { readonly field: string; readonly text: string };
export type Judged = { readonly values: Readonly<Record<string, unknown>>; readonly errors: readonly FieldError[] };

const EMAIL = /^[^\s@<>"',;:\\]{1,64}@[^\s@<>"',;:\\]{1,190}\.[^\s@<>"',;:\\.]{2,63}$/;
const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)$/;

type One = { readonly value: unknown } | { readonly wrong: string };
const wrong = (text: string): One => ({ wrong: text });

/** The inputs of a page by name; several choices are named `field.0`, `field.1` and so on, as no field may come twice. */
export type Texts = Readonly<Record<string, unknown>>;

const textIn = (texts: Texts, name: string): string => {
  const value = Object.hasOwn(texts, name) ? texts[name] : undefined;
  return typeof value === 'string' ? value.replaceAll('\r\n', '\n').trim() : '';
};

/** The value that a page's texts stand for, before it is judged; undefined: left empty. */
const fromTexts = (field: FormField, texts: Texts): unknown => {
  const text = textIn(texts, field.name);
  switch (field.type) {
    case 'boolean':
      return text !== '';
    case 'choices':
      return (field.choices ?? []).filter((_, i) => textIn(texts, `${field.name}.${i}`) !== '');
    case 'number': {
      const plain = text.replace(',', '.');
      return text === '' ? undefined : NUMBER.test(plain) ? Number(plain) : text;
    }
    case 'file':
      return undefined;
    default:
      return text === '' ? undefined : text;
  }
};

const isDay = (text: string): boolean => {
  const parts = DATE.exec(text);
  if (parts === null) return false;
  const [year, month, day] = parts.slice(1).map(Number);
  if (year === undefined || month === undefined || day === undefined || month < 1 || month > 12) return false;
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
  return day >= 1 && day <= days;
};

const textOf = (field: FormField, value: unknown, most: number): One => {
  if (typeof value !== 'string') return wrong('Write a text here.');
  const signs = [...value].length;
  const max = Math.min(field.max ?? most, most);
  if (signs > max) return wrong(`This takes ${max} signs at most; it has ${signs}.`);
  if (field.min !== undefined && signs < field.min) return wrong(`Write at least ${field.min} signs; it has ${signs}.`);
  return { value };
};

const numberOf = (field: FormField, value: unknown): One => {
  if (typeof value !== 'number' || !Number.isFinite(value)) return wrong('Write a number here, such as 12 or 3.5.');
  if (field.min !== undefined && value < field.min) return wrong(`The least here is ${field.min}.`);
  if (field.max !== undefined && value > field.max) return wrong(`The most here is ${field.max}.`);
  return { value };
};

const choicesOf = (field: FormField, value: unknown): One => {
  const known = field.choices ?? [];
  if (!Array.isArray(value)) return wrong('Choose from the list.');
  const given: readonly unknown[] = value;
  if (given.some((one) => typeof one !== 'string' || !known.includes(one))) return wrong('Choose from the list.');
  return { value: known.filter((one) => given.includes(one)) };
};

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);

const MISSING: Readonly<Record<FormField['type'], string>> = {
  text: 'This has to be filled in.',
  long: 'This has to be filled in.',
  number: 'Write a number here.',
  boolean: 'This has to be ticked.',
  date: 'Choose a day here.',
  choice: 'Choose one of these.',
  choices: 'Choose at least one of these.',
  email: 'Write an e-mail address here.',
  file: 'Choose a file here.',
};

/** One value by its field; an optional field that was left empty is null. */
const judge = (field: FormField, value: unknown): One => {
  const must = field.required === true;
  if (isEmpty(value) || (field.type === 'boolean' && value === false && must))
    return must ? wrong(MISSING[field.type]) : { value: field.type === 'choices' ? [] : (value ?? null) };
  switch (field.type) {
    case 'text':
      return textOf(field, value, LONGEST_TEXT);
    case 'long':
      return textOf(field, value, LONGEST_LONG);
    case 'number':
      return numberOf(field, value);
    case 'boolean':
      return typeof value === 'boolean' ? { value } : wrong('Say yes or no.');
    case 'date':
      return typeof value === 'string' && isDay(value) ? { value } : wrong('Choose a day, such as 2026-12-24.');
    case 'choice':
      return typeof value === 'string' && field.choices?.includes(value) === true
        ? { value }
        : wrong('Choose from the list.');
    case 'choices':
      return choicesOf(field, value);
    case 'email':
      return typeof value === 'string' && EMAIL.test(value)
        ? { value }
        : wrong('Write an e-mail address, such as ada@example.com.');
    case 'file':
      return { value };
  }
};

const judgeAll = (fields: readonly FormField[], valueOf: (field: FormField) => unknown): Judged => {
  const values: [string, unknown][] = [];
  const errors: FieldError[] = [];
  for (const field of fields) {
    const one = judge(field, valueOf(field));
    if ('wrong' in one) errors.push({ field: field.name, text: one.wrong });
    else values.push([field.name, one.value]);
  }
  return { values: Object.fromEntries(values), errors };
};

/** What a page brought. `files`: what stands for each file that came with it. */
export const judgeTexts = (
  fields: readonly FormField[],
  texts: Texts,
  files: Readonly<Record<string, unknown>> = {},
): Judged =>
  judgeAll(fields, (field) =>
    field.type === 'file'
      ? Object.hasOwn(files, field.name)
        ? files[field.name]
        : undefined
      : fromTexts(field, texts),
  );

/** What a program brought. A field that nobody asked for is wrong, too. */
export const judgeValues = (fields: readonly FormField[], given: Texts): Judged => {
  const known = new Set(fields.map(({ name }) => name));
  const strange = Object.keys(given).filter((name) => !known.has(name));
  const judged = judgeAll(fields, ({ name }) => (Object.hasOwn(given, name) ? given[name] : undefined));
  const errors = strange.map((field) => ({ field, text: 'There is no such field.' }));
  return { values: judged.values, errors: [...judged.errors, ...errors] };
};

/** What the inputs of a page hold again when it comes back, in the texts they were given as. */
export const textsAgain = (fields: readonly FormField[], texts: Texts): Readonly<Record<string, string>> =>
  Object.fromEntries(
    fields.flatMap((field) => {
      const names = field.type === 'choices' ? (field.choices ?? []).map((_, i) => `${field.name}.${i}`) : [field.name];
      return names.map((name) => [name, textIn(texts, name).slice(0, LONGEST_LONG)] as const);
    }),
  );

export const fieldsOn = (fields: readonly FormField[], page: number): readonly FormField[] =>
  fields.filter((field) => pageOf(field) === page);
