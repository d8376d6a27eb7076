/** Values by key: what a key looks like, and how long what it holds lasts. */

import { z } from 'zod';
import { KEY_LIMITS } from './limits.ts';
import { tableName } from './column.ts';

/** The store that is meant where none is named. */
export const MAIN_KEYS = 'main';

export const keysName = tableName.describe('The key-value store. Left out: main.');

export const keyName = z
  .string()
  .min(1)
  .max(KEY_LIMITS.key)
  // oxlint-disable-next-line no-control-regex -- they are what has to be refused
  .regex(/^[^\u0000-\u001f\u007f]*$/, 'no control characters');

/** A value by key as steps and the API give it. */
export const keyEntry = z
  .strictObject({
    key: z.string().describe('The key.'),
    version: z.int().describe('Raised by every change.'),
    expires: z.iso.datetime().nullable().describe('When it is gone; null: it stays.'),
    updated: z.iso.datetime().describe('When it was kept.'),
  })
  .meta({ id: 'KeyEntry' });
export type KeyEntry = Readonly<z.output<typeof keyEntry>>;
