import { afterEach, expect, test, vi } from 'vitest';
import { Offline } from './offline.ts';

vi.setConfig({ testTimeout: 60_000 });

const NEVER = new AbortController().signal;

let offline: Offline;
afterEach(() => offline.close());

const dot = (a: readonly number[] = [], b: readonly number[] = []): number =>
  a.reduce((sum, x, i) => sum + x * (b[i] ?? 0), 0);

test('texts that mean alike things lie near each other, without network and without a key', async () => {
  offline = new Offline();
  expect(offline.awake).toBe(false);
  const [invoice, bill, cat] = await offline.embed(
    ['Please pay the invoice by Friday', 'The bill is due at the end of the week', 'A cat sleeps on the sofa'],
    NEVER,
  );
  expect(invoice).toHaveLength(512);
  expect(dot(invoice, invoice)).toBeCloseTo(1, 3);
  expect(dot(invoice, bill)).toBeGreaterThan(dot(invoice, cat));
});

test('its thread ends when nobody asks, and begins again with the next text', async () => {
  offline = new Offline(50);
  const [first] = await offline.embed(['Hello'], NEVER);
  await vi.waitFor(() => expect(offline.awake).toBe(false));
  const [again] = await offline.embed(['Hello'], NEVER);
  expect(again).toEqual(first);
});

test('many at once get their own vectors; one that is called off gets none', async () => {
  offline = new Offline();
  const [one, two] = await Promise.all([offline.embed(['One thing'], NEVER), offline.embed(['Two things'], NEVER)]);
  expect(one[0]).not.toEqual(two[0]);
  await expect(offline.embed(['x'], AbortSignal.abort())).rejects.toThrow('called off');
});
