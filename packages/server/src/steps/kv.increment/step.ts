/** kv.increment: adds to a number under a key; many at once miss none. */

import { defineStep, done, failed, keyEntry, keyName, MAIN_KEYS, z } from '@headgate/core/step';
import { keysNeeds, storeField, ttlField, ttlOf } from '../table.find/place.ts';

export const step = defineStep({
  kind: 'kv.increment',
  version: 1,
  title: 'Count',
  group: 'data',
  summary:
    'Adds to the number under a key, which begins at 0, and gives the sum. Runs that count at the same time miss nothing.',
  input: z.strictObject({
    store: storeField,
    key: keyName.describe('The key.'),
    by: z.number().optional().describe('What is added; less than 0 takes away. Left out: 1.'),
    ttl: ttlField.describe('How long a count that begins lasts, e.g. 90s or 7d. Left out: until it is deleted.'),
  }),
  output: keyEntry.extend({ value: z.number().describe('The sum.') }).describe('The sum, and its key.'),
  needs: (raw) => keysNeeds('write', raw),
  // What it wrote is noted with what it wrote.
  repeatable: () => true,
  run: async ({ store = MAIN_KEYS, key, by = 1, ttl }, can) => {
    const got = await can.values.increment(store, key, by, ttlOf(ttl));
    return 'problem' in got ? failed(got.problem, got.sent) : done(got.value);
  },
});
