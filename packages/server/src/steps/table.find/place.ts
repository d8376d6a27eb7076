/** Which table, or which key-value store, a step asks for, read from its settings as written. */

import { DURATION, MAIN_KEYS, milliseconds, type Need, tableName, z } from '@headgate/core/step';

const DOES = { read: 'Read', write: 'Change' } as const;
const KINDS = {
  table: ['the table', 'any table of the project: which one is only known when the flow runs'],
  keys: ['the key-value store', 'any key-value store of the project: which one is only known when the flow runs'],
} as const;

const needs = (verbs: 'read' | 'write', kind: 'table' | 'keys', written: unknown): readonly Need[] => {
  if (typeof written === 'string' && !written.includes('{{'))
    return tableName.safeParse(written).success
      ? [
          {
            power: 'data',
            scope: `${verbs} ${kind} ${written}`,
            sentence: `${DOES[verbs]} ${KINDS[kind][0]} “${written}”.`,
          },
        ]
      : [];
  if (written === undefined || written === null) return [];
  return [
    { power: 'data', scope: `${verbs} ${kind} *`, computed: true, sentence: `${DOES[verbs]} ${KINDS[kind][1]}.` },
  ];
};

/** The power to read or change the table that is named; none where there is no such name. */
export const tableNeeds = (verbs: 'read' | 'write', raw: Readonly<Record<string, unknown>>): readonly Need[] =>
  needs(verbs, 'table', raw['table']);

/** The same for values by key. */
export const keysNeeds = (verbs: 'read' | 'write', raw: Readonly<Record<string, unknown>>): readonly Need[] =>
  needs(verbs, 'keys', raw['store'] ?? MAIN_KEYS);

/** The field that names a table; its form offers those that there are. */
export const tableField = z
  .string()
  .min(1)
  .max(100)
  .describe('The name of a table of the project.')
  .meta({ format: 'table' });

export const storeField = z
  .string()
  .min(1)
  .max(100)
  .optional()
  .describe('The key-value store, by its name. Left out: main.');

export const ttlField = z.string().regex(DURATION, 'a duration such as 90s or 7d').optional();

/** How long something is to last, in milliseconds, as the store takes it. */
export const ttlOf = (text: string | undefined): { readonly ttl?: number } => {
  const ttl = text === undefined ? undefined : milliseconds(text);
  return ttl === undefined ? {} : { ttl };
};
