/** kv.list: the keys under which something is kept, a page at a time. */

import { defineStep, done, failed, KEY_LIMITS, keyEntry, MAIN_KEYS, z } from '@headgate/core/step';
import { keysNeeds, storeField } from '../table.find/place.ts';

export const step = defineStep({
  kind: 'kv.list',
  version: 1,
  title: 'List keys',
  group: 'data',
  summary: 'Gives the keys of a store that begin with a text, in their order, without what is kept under them.',
  input: z.strictObject({
    store: storeField,
    prefix: z.string().max(KEY_LIMITS.key).optional().describe('What the keys begin with. Left out: all of them.'),
    after: z
      .string()
      .max(KEY_LIMITS.key)
      .nullable()
      .optional()
      .describe('Go on after this key: `next` of the page before.'),
    limit: z.int().min(1).max(KEY_LIMITS.page).optional().describe('At most so many. Left out: 100.'),
  }),
  output: z
    .strictObject({
      keys: z.array(keyEntry).describe('The keys.'),
      next: z.string().nullable().describe('What `after` takes for the next page; null: these were the last.'),
    })
    .describe('The keys, and how to go on.'),
  needs: (raw) => keysNeeds('read', raw),
  repeatable: () => true,
  run: async ({ store = MAIN_KEYS, prefix, after, limit }, can) => {
    const got = await can.values.list(store, {
      ...(prefix === undefined ? {} : { prefix }),
      ...(after === undefined || after === null ? {} : { after }),
      ...(limit === undefined ? {} : { limit }),
    });
    if ('problem' in got) return failed(got.problem, got.sent);
    const { entries, more } = got.value;
    return done({ keys: entries, next: more ? (entries.at(-1)?.key ?? null) : null });
  },
});
