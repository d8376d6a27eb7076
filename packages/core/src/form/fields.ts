/**
 * Fields of a form that people fill in: what a form trigger and a question to people ask for. Pure data, from which the page,
 * its checks and the schema of what comes out follow.
 *
 * FO1 A label is text and never markup; there is no field that takes style, script or an address to load from (GUI-01, GUI-06).
 */

import { z } from 'zod';
import { ID } from '../flow/model.ts';

export const FIELD_TYPES = ['text', 'long', 'number', 'boolean', 'date', 'choice', 'choices', 'email', 'file'] as const;
export type FieldType = (typeof FIELD_TYPES)[number];

/** Colours that a form may have. */
export const FORM_COLORS = ['blue', 'green', 'red', 'purple', 'orange', 'grey'] as const;

export const MOST_FIELDS = 60;
export const MOST_PAGES = 10;
/** Signs of a text, and of a long one, where the field says no less. */
export const LONGEST_TEXT = 1_000;
export const LONGEST_LONG = 20_000;

export const formField = z.strictObject({
  name: z.string().max(60).regex(ID).describe('Its name in what comes out, e.g. first_name.'),
  label: z.string().min(1).max(200).describe('What people read above it.'),
  type: z
    .enum(FIELD_TYPES)
    .describe('text, long (several lines), number, boolean, date, choice, choices (several), email or file.'),
  required: z.boolean().optional().describe('Must it be filled in? A required yes or no must be yes.'),
  help: z.string().max(500).optional().describe('A sentence below the label.'),
  choices: z
    .array(z.string().min(1).max(200))
    .min(1)
    .max(100)
    .optional()
    .describe('What there is to choose from, of choice and choices.'),
  min: z.number().optional().describe('The least number, or the fewest signs of a text.'),
  max: z.number().optional().describe('The largest number, or the most signs of a text.'),
  page: z.int().min(1).max(MOST_PAGES).optional().describe('The page it stands on. Left out: the first.'),
});
export type FormField = z.output<typeof formField>;

/** What is wrong with a set of fields beyond the shape of each; null: nothing. */
const faultOf = (fields: readonly FormField[]): string | null => {
  const names = new Set<string>();
  const last = Math.max(1, ...fields.map(pageOf));
  for (const field of fields) {
    if (names.has(field.name)) return `two fields are named ${field.name}`;
    names.add(field.name);
    const chooses = field.type === 'choice' || field.type === 'choices';
    if (chooses && field.choices === undefined) return `the field ${field.name} needs its choices`;
    if (field.choices !== undefined && new Set(field.choices).size < field.choices.length)
      return `two choices of ${field.name} are the same`;
    if (field.type === 'file' && pageOf(field) !== last)
      return `the file ${field.name} has to stand on the last page: nothing is stored before the form is sent`;
  }
  return null;
};

export const pageOf = (field: Pick<FormField, 'page'>): number => field.page ?? 1;

/** The pages that have fields, in their order. */
export const pagesOf = (fields: readonly FormField[]): readonly number[] =>
  [...new Set(fields.map(pageOf))].toSorted((a, b) => a - b);

export const formFields = z
  .array(formField)
  .min(1)
  .max(MOST_FIELDS)
  .superRefine((fields, context) => {
    const fault = faultOf(fields);
    if (fault !== null) context.addIssue({ code: 'custom', message: fault });
  });
