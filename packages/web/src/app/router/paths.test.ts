import { expect, test } from 'vitest';
import { paths } from './paths.ts';

test('addresses are built from escaped parts', () => {
  expect(paths.flow('a/../b?c#d')).toBe('/flows/a%2F..%2Fb%3Fc%23d');
  expect(paths.flow('f', { step: 'x&run=y', tab: '<b>' })).toBe('/flows/f?step=x%26run%3Dy&tab=%3Cb%3E');
});
