/**
 * Fields of a form as inputs of a page without script: label, help, and what is wrong, each tied to its input. The first that
 * is wrong has the focus when the page comes back.
 *
 * FF1 Labels, help and choices are an author's texts: they are escaped like any other, and decide no attribute (GUI-01).
 */

import type { FormField } from '@headgate/core';
import type { FormState } from '@headgate/core/api';
import { html, type Markup, type Piece } from './html.ts';

type Around = { readonly id: string; readonly describedBy: string; readonly bad: boolean; readonly focus: boolean };

const attributes = ({ id, describedBy, bad, focus }: Around, required: boolean): Markup =>
  html` id="${id}"${describedBy !== '' && html` aria-describedby="${describedBy}"`}${bad && html` aria-invalid="true"`}${required && html` aria-required="true"`}${focus && html` autofocus`}`;

const TYPES: Readonly<Partial<Record<FormField['type'], string>>> = { email: 'email', date: 'date', file: 'file' };

const inputOf = (field: FormField, texts: FormState['texts'], around: Around): Piece => {
  const { name, type } = field;
  const value = texts[name] ?? '';
  const attrs = attributes(around, field.required === true);
  switch (type) {
    case 'long':
      return html`<textarea name="${name}" rows="5"${attrs}>${value}</textarea>`;
    case 'choice':
      return html`<select name="${name}"${attrs}><option value="">Choose…</option>${(field.choices ?? []).map(
        (choice) => html`<option value="${choice}"${choice === value && html` selected`}>${choice}</option>`,
      )}</select>`;
    case 'number':
      return html`<input name="${name}" inputmode="decimal" autocomplete="off" value="${value}"${attrs}>`;
    case 'file':
      return html`<input name="${name}" type="file"${attrs}>`;
    default:
      return html`<input name="${name}" type="${TYPES[type] ?? 'text'}" value="${value}"${attrs}>`;
  }
};

const star = (field: FormField): Piece => field.required === true && html` <span class="soft">(required)</span>`;

/** Ticks: one for yes or no, one for each of several choices. */
const ticksOf = (field: FormField, texts: FormState['texts'], around: Around): Piece => {
  if (field.type === 'boolean')
    return html`<label class="tick"><input type="checkbox" name="${field.name}" value="yes"${(texts[field.name] ?? '') !== '' && html` checked`}${attributes(around, field.required === true)}> ${field.label}${star(field)}</label>`;
  return (field.choices ?? []).map((choice, i) => {
    const name = `${field.name}.${i}`;
    const first = i === 0 ? attributes(around, false) : html` id="${around.id}-${i}"`;
    return html`<label class="tick"><input type="checkbox" name="${name}" value="yes"${(texts[name] ?? '') !== '' && html` checked`}${first}> ${choice}</label>`;
  });
};

/** All inputs of these fields. */
export const inputsOf = (fields: readonly FormField[], { errors, texts }: FormState): Piece => {
  const wrong = new Map(errors.map(({ field, text }) => [field, text]));
  const firstBad = fields.find(({ name }) => wrong.has(name))?.name;
  return fields.map((field) => {
    const id = `f-${field.name}`;
    const error = wrong.get(field.name);
    const told = [...(field.help === undefined ? [] : [`${id}-help`]), ...(error === undefined ? [] : [`${id}-error`])];
    const around = { id, describedBy: told.join(' '), bad: error !== undefined, focus: field.name === firstBad };
    const help = field.help !== undefined && html`<p class="soft" id="${id}-help">${field.help}</p>`;
    const problem = error !== undefined && html`<p class="failed" id="${id}-error">${error}</p>`;
    if (field.type === 'boolean')
      return html`<div class="field">${ticksOf(field, texts, around)}${help}${problem}</div>`;
    if (field.type === 'choices')
      return html`<fieldset class="field"><legend>${field.label}${star(field)}</legend>${help}${problem}${ticksOf(field, texts, around)}</fieldset>`;
    return html`<div class="field"><label for="${id}">${field.label}${star(field)}</label>${help}${problem}${inputOf(field, texts, around)}</div>`;
  });
};

/** That something is wrong, and where, before the form: read out when the page comes. */
export const summaryOf = ({ errors }: Pick<FormState, 'errors'>, fields: readonly FormField[]): Piece => {
  if (errors.length === 0) return null;
  const label = (name: string): string => fields.find((field) => field.name === name)?.label ?? 'Answer';
  return html`<div class="card failed" role="alert"><p>${errors.length === 1 ? 'One answer is' : `${errors.length} answers are`} not right yet:</p><ul>${errors.map(
    ({ field, text }) => html`<li><a href="#f-${field}">${label(field)}</a>: ${text}</li>`,
  )}</ul></div>`;
};
