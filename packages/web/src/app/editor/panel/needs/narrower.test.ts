/** What may be lent in the place of what a step asks for. */

import { expect, test } from 'vitest';
import { lends, narrower } from './narrower.ts';

test('less than is asked may be lent, and says whether something stops working; more may not, and no other power', () => {
  const asked = 'net: * *.example.com:443';
  expect(narrower(asked, 'net: GET api.example.com:443')).toMatchObject({ ok: true, all: false });
  expect(narrower(asked, asked)).toMatchObject({ ok: true, all: true });
  expect(narrower(asked, 'net: * *.example.org:443')).toEqual({ ok: false, problem: null });
  expect(narrower('net: GET api.example.com:443', asked)).toEqual({ ok: false, problem: null });
  expect(narrower(asked, 'net GET')).toMatchObject({ ok: false, problem: { code: expect.stringContaining('power.') } });
});

test('a grant that lends it, or a part of it, is found; one of another host is not', () => {
  expect(lends('net: * *.example.com:443', 'net: GET api.example.com:443')).toBe(true);
  expect(lends('net: GET api.example.com:443', 'net: * *.example.com:443')).toBe(true);
  expect(lends('net: GET api.example.org:443', 'net: GET api.example.com:443')).toBe(false);
});
