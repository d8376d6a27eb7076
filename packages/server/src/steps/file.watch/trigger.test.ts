import { expect, test } from 'vitest';
import { trigger } from './trigger.ts';

const fits = (settings: unknown): boolean => trigger.input.safeParse(settings).success;

test('a folder is one of the server’s disk, written plainly in its one spelling', () => {
  for (const folder of ['disk/scans/', 'disk/scans/a b/2026/']) expect(fits({ folder })).toBe(true);
  for (const folder of [
    'disk/',
    'disk/scans',
    'scans/',
    '/disk/scans/',
    'disk/../',
    'disk/a/../b/',
    'disk//',
    'disk/{{ input.x }}/..',
  ])
    expect(fits({ folder }), folder).toBe(false);
  expect(fits({})).toBe(false);
});

test('patterns, events and times are bounded, and what is unknown is refused', () => {
  const folder = 'disk/scans/';
  for (const more of [
    { match: '*.pdf', events: ['deleted'], settled: '0s', every: '2s', from: 'all' },
    { match: ['*.pdf', '**/*.csv'], settled: '1h', every: '1h' },
  ])
    expect(fits({ folder, ...more })).toBe(true);
  for (const more of [
    { match: '' },
    { match: [] },
    { match: 'x'.repeat(201) },
    { events: [] },
    { events: ['moved'] },
    { settled: '2h' },
    { every: '1s' },
    { from: 'then' },
    { recursive: true },
  ])
    expect(fits({ folder, ...more }), JSON.stringify(more)).toBe(false);
});

test('it asks to read its folder and no other, and for everything while none is named', () => {
  expect(trigger.needs?.({ folder: 'disk/scans/' })).toMatchObject([{ power: 'file', scope: 'read disk/scans/' }]);
  expect(trigger.needs?.({})).toMatchObject([{ power: 'file', scope: 'read *', computed: true }]);
});
