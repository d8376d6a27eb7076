/** kv.delete: what is under a key is gone. */

import { defineStep, done, failed, keyName, MAIN_KEYS, z } from '@headgate/core/step';
import { keysNeeds, storeField } from '../table.find/place.ts';

export const step = defineStep({
  kind: 'kv.delete',
  version: 1,
  title: 'Delete a value',
  group: 'data',
  summary: 'Deletes what is kept under a key; that there is nothing is no problem.',
  input: z.strictObject({ store: storeField, key: keyName.describe('The key.') }),
  output: z
    .strictObject({ deleted: z.boolean().describe('There was something.') })
    .describe('Whether there was something.'),
  needs: (raw) => keysNeeds('write', raw),
  // What it wrote is noted with what it wrote.
  repeatable: () => true,
  run: async ({ store = MAIN_KEYS, key }, can) => {
    const got = await can.values.remove(store, key);
    return 'problem' in got ? failed(got.problem, got.sent) : done({ deleted: got.value });
  },
});
