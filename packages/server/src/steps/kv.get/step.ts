/** kv.get: what is kept under a key. */

import { defineStep, done, failed, keyEntry, keyName, MAIN_KEYS, z } from '@headgate/core/step';
import { keysNeeds, storeField } from '../table.find/place.ts';

export const step = defineStep({
  kind: 'kv.get',
  version: 1,
  title: 'Get a value',
  group: 'data',
  summary: 'Gives what is kept under a key, or what was given for the case that there is nothing.',
  input: z.strictObject({
    store: storeField,
    key: keyName.describe('The key.'),
    default: z.unknown().optional().describe('The value where there is nothing under the key. Left out: null.'),
  }),
  output: z
    .strictObject({
      found: z.boolean().describe('There is something under the key.'),
      value: z.unknown().describe('What it is.'),
      entry: keyEntry.nullable().describe('Its version and times.'),
    })
    .describe('The value.'),
  needs: (raw) => keysNeeds('read', raw),
  repeatable: () => true,
  run: async ({ store = MAIN_KEYS, key, default: otherwise = null }, can) => {
    const got = await can.values.get(store, key);
    if ('problem' in got) return failed(got.problem, got.sent);
    if (got.value === null) return done({ found: false, value: otherwise, entry: null });
    const { value, ...entry } = got.value;
    return done({ found: true, value, entry });
  },
});
