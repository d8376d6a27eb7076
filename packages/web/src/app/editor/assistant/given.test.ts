/** What is read of a new step before it is applied: all that it is set to, and nothing of steps that were there. */

import type { Edit } from '@headgate/core';
import { expect, test } from 'vitest';
import { givenBy } from './given.ts';

const AT = { block: null, before: null };

test('a new step is told with its settings, and with what was set of it later', () => {
  const edits: readonly Edit[] = [
    {
      do: 'step.put',
      step: { id: 'get', kind: 'http.request@1', with: { method: 'GET', url: 'https://a.example/' } },
      at: AT,
    },
    { do: 'set', of: { step: 'get' }, path: ['with', 'url'], value: 'https://b.example/' },
    { do: 'set', of: { step: 'old' }, path: ['with', 'value'], value: 1 },
    { do: 'trigger.put', trigger: { id: 'hook', kind: 'webhook@1' }, before: null },
  ];
  expect(Object.fromEntries(givenBy(edits))).toEqual({
    get: [
      { path: 'with', to: { method: 'GET', url: 'https://a.example/' } },
      { path: 'with.url', to: 'https://b.example/' },
    ],
    hook: [],
  });
});
