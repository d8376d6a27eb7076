/**
 * Conditions on documents: a closed grammar. A field is one of a list or an entry of what is written about the document, an
 * operator a word of a list, a value a value; nothing of a caller becomes part of a statement.
 *
 * KF1 A condition on what a document does not have does not hold, whatever it says.
 */

import { z } from 'zod';

const OPERATORS = ['eq', 'ne', 'lt', 'lte', 'gt', 'gte', 'starts', 'contains', 'in'] as const;
const value = z.union([z.string().max(500), z.number(), z.boolean()]);

export const knowledgeCondition = z
  .strictObject({
    field: z
      .string()
      .regex(
        /^(name|path|type|page|heading|row|meta\.[A-Za-z][A-Za-z0-9_]{0,49})$/,
        'name, path, type, page, heading, row or meta.NAME',
      )
      .describe('name, path, type, page, heading, row, or meta.NAME: what was written about the document under NAME.'),
    is: z.enum(OPERATORS),
    value: z.union([value, z.array(value).min(1).max(100)]),
  })
  .refine(({ is, value: given }) => (is === 'in') === Array.isArray(given), '`in` takes a list, all others one value')
  .meta({ id: 'KnowledgeCondition' });
export type KnowledgeCondition = Readonly<z.output<typeof knowledgeCondition>>;

export const knowledgeConditions = z
  .array(knowledgeCondition)
  .max(20)
  .describe('What pieces must be like: all of these hold.');

type Value = string | number | boolean;

/** What conditions are asked about. */
export type Described = {
  readonly name: string;
  readonly path: string;
  readonly type: string;
  readonly page: number | null;
  readonly heading: string | null;
  readonly row: number | null;
  readonly meta: Readonly<Record<string, Value>>;
};

const fieldOf = (of: Described, field: string): Value | null => {
  switch (field) {
    case 'name':
    case 'path':
    case 'type':
    case 'page':
    case 'heading':
    case 'row':
      return of[field];
    default: {
      const name = field.slice('meta.'.length);
      return Object.hasOwn(of.meta, name) ? (of.meta[name] ?? null) : null;
    }
  }
};

const holds = (of: Described, { field, is, value: wanted }: KnowledgeCondition): boolean => {
  const has = fieldOf(of, field);
  if (has === null) return false;
  if (Array.isArray(wanted)) return wanted.includes(has);
  if (is === 'eq') return has === wanted;
  if (is === 'ne') return has !== wanted;
  if (typeof has === 'string' && typeof wanted === 'string') {
    if (is === 'starts') return has.startsWith(wanted);
    if (is === 'contains') return has.toLowerCase().includes(wanted.toLowerCase());
  }
  if (typeof has === 'boolean' || typeof has !== typeof wanted) return false;
  switch (is) {
    case 'lt':
      return has < wanted;
    case 'lte':
      return has <= wanted;
    case 'gt':
      return has > wanted;
    case 'gte':
      return has >= wanted;
    default:
      return false;
  }
};

export const fits = (of: Described, where: readonly KnowledgeCondition[]): boolean =>
  where.every((one) => holds(of, one));
