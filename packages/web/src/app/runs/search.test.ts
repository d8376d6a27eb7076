import { expect, test } from 'vitest';
import { queryOf, runSearch, runsSearch } from './search.ts';

test('an address is read for what it says, and the rest is left out', () => {
  const read = runsSearch({
    state: 'failed',
    shown: 'nonsense',
    from: '2026-02-31x',
    to: '2026-11-27',
    text: '',
    flow: 5,
  });
  expect(JSON.parse(JSON.stringify(read))).toEqual({ state: 'failed', to: '2026-11-27', flow: '5' });
  expect(JSON.parse(JSON.stringify(runSearch({ step: 'a', with: 'r1', other: 1 })))).toEqual({ step: 'a', with: 'r1' });
});

test('the last day is asked for whole', () => {
  const { from = '', to = '' } = queryOf({ from: '2026-11-27', to: '2026-11-27' });
  expect(Date.parse(to) - Date.parse(from)).toBe(86_400_000);
  expect(new Date(from).getHours()).toBe(0);
  expect(queryOf({})).toEqual({});
});
