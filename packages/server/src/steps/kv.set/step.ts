/** kv.set: keeps a value under a key, for good or for a time. */

import { defineStep, done, failed, keyEntry, KEY_LIMITS, keyName, MAIN_KEYS, problem, z } from '@headgate/core/step';
import { keysNeeds, storeField, ttlField, ttlOf } from '../table.find/place.ts';

const large = problem('kv.value', `A value has ${KEY_LIMITS.value} characters of JSON at most`, {
  at: { field: 'value' },
  fix: 'Keep it as a file, and its path here.',
});

export const step = defineStep({
  kind: 'kv.set',
  version: 1,
  title: 'Keep a value',
  group: 'data',
  summary: 'Keeps a value under a key, in the place of what was there; with a time, until that is over.',
  input: z.strictObject({
    store: storeField,
    key: keyName.describe('The key.'),
    value: z.unknown().describe('Any JSON value.'),
    ttl: ttlField.describe('How long it lasts, e.g. 90s or 7d. Left out: until it is deleted.'),
    only: z.literal('new').optional().describe('new: a Problem where there is something under the key already.'),
  }),
  output: keyEntry.describe('What is kept now.'),
  needs: (raw) => keysNeeds('write', raw),
  // What it wrote is noted with what it wrote.
  repeatable: () => true,
  run: async ({ store = MAIN_KEYS, key, value = null, ttl, only }, can) => {
    if (JSON.stringify(value).length > KEY_LIMITS.value) return failed(large, 'no');
    const got = await can.values.set(store, key, value, {
      ...ttlOf(ttl),
      ...(only === undefined ? {} : { only }),
    });
    return 'problem' in got ? failed(got.problem, got.sent) : done(got.value);
  },
});
