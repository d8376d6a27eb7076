/**
 * Between a field's value and the text a person types for it: plain values by their form, and the one toggle between a plain
 * value and an expression.
 *
 * WR1 Toggling there and back gives the value again, as long as nothing was typed in between.
 * WR2 A text that cannot be read is no value: it stays on the screen with the reason, and the flow keeps what it had.
 */

import { compile, type Json } from '@headgate/core';
import type { Form } from './model.ts';

/** Why a text is not a value of its form; the words are the page's. */
export type Why = {
  readonly why: 'number' | 'whole' | 'least' | 'most' | 'duration' | 'pattern' | 'short' | 'long' | 'json' | 'secret';
  readonly bound?: number;
};

/** `undefined`: nothing was given. */
export type Read = { readonly ok: true; readonly value: Json | undefined } | ({ readonly ok: false } & Why);

const good = (value: Json | undefined): Read => ({ ok: true, value });
const no = (why: Why['why'], bound?: number): Read => ({ ok: false, why, ...(bound === undefined ? {} : { bound }) });

/** A text that the engine evaluates: it holds an expression, or one that is begun. */
export const isComputed = (value: Json | undefined): value is string =>
  typeof value === 'string' && /(^|[^\\])(\\\\)*\{\{/.test(value);

/** What a field of this form shows for a value. */
export const shown = (form: Form, value: Json | undefined): string => {
  if (value === undefined) return '';
  if (form.is === 'any') return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
  return typeof value === 'string' ? value : JSON.stringify(value);
};

/** Reads a plain text as a value of the form. */
export const read = (form: Form, text: string): Read => {
  if (form.is === 'any') return anything(text);
  if (text === '') return good(undefined);
  switch (form.is) {
    case 'number':
      return readNumber(form, text);
    case 'text':
      return readText(form, text);
    case 'boolean':
      return text === 'true' || text === 'false' ? good(text === 'true') : no('json');
    case 'choice':
      return form.options.includes(text) ? good(text) : no('pattern');
    case 'either': {
      const reads = form.options.map((option) => read(option, text));
      return reads.find((one) => one.ok) ?? reads[0] ?? no('json');
    }
    default:
      return json(text);
  }
};

const json = (text: string): Read => {
  try {
    return good(JSON.parse(text) as Json);
  } catch {
    return no('json');
  }
};

/** What begins like a list or an object has to be one; all else that is no JSON is a text as it stands. */
const anything = (text: string): Read => {
  const trimmed = text.trim();
  if (trimmed === '') return good(undefined);
  if (!isComputed(text) || /^(\[|\{(?!\{))/.test(trimmed)) {
    const made = json(trimmed);
    if (made.ok || /^[[{"]/.test(trimmed)) return made;
  }
  return good(text);
};

const readNumber = (form: Extract<Form, { readonly is: 'number' }>, text: string): Read => {
  const value = Number(text.trim());
  if (text.trim() === '' || !Number.isFinite(value)) return no('number');
  if (form.whole && !Number.isInteger(value)) return no('whole');
  if (form.least !== null && value < form.least) return no('least', form.least);
  return form.most !== null && value > form.most ? no('most', form.most) : good(value);
};

const readText = (form: Extract<Form, { readonly is: 'text' }>, text: string): Read => {
  if (form.pattern !== null && !matches(form.pattern, text))
    return no(form.writing === 'duration' ? 'duration' : form.writing === 'secret' ? 'secret' : 'pattern');
  if (text.length < form.least) return no('short', form.least);
  return form.most !== null && text.length > form.most ? no('long', form.most) : good(text);
};

/** Patterns come from the engine; one that this browser cannot read judges nothing. */
const matches = (pattern: string, text: string): boolean => {
  try {
    return new RegExp(pattern).test(text);
  } catch {
    return true;
  }
};

/** The same value, written as an expression or a template. */
export const asExpression = (value: Json | undefined): string => {
  if (value === undefined) return '';
  if (typeof value === 'string') return value;
  return `{{ ${JSON.stringify(value)} }}`;
};

/**
 * The plain value of an expression that is one: `{{ 5 }}` is 5. Undefined where it depends on something; then what was there
 * before stands again, or nothing.
 */
export const asPlain = (form: Form, text: string): Json | undefined => {
  if (!isComputed(text)) {
    const made = read(form, text);
    return made.ok ? made.value : undefined;
  }
  const inner = /^\{\{([\s\S]*)\}\}$/.exec(text.trim())?.[1]?.trim();
  const made = inner === undefined ? null : json(inner);
  return made?.ok === true ? made.value : undefined;
};

/** What is wrong with the writing of an expression, before anything is evaluated. */
export const writingProblem = (text: string) => compile(text).problems[0] ?? null;
