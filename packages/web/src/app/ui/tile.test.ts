/** Tiles of services can be read, and stay what they are. */

import { expect, test } from 'vitest';
import { TILE_COLORS, tileColor, tileLetters } from './tile.ts';

/** Relative luminance (WCAG 2.2). */
const luminance = (color: string): number => {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((i) => {
    const part = Number.parseInt(color.slice(i, i + 2), 16) / 255;
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};

test('white letters have a contrast of 4.5 and more on every colour', () => {
  for (const color of TILE_COLORS) expect(1.05 / (luminance(color) + 0.05), color).toBeGreaterThanOrEqual(4.5);
});

test('a name has one colour for good, and names share them out', () => {
  expect(tileColor('slack')).toBe(tileColor('slack'));
  const names = Array.from({ length: 240 }, (_, i) => `service-${i}`);
  const used = new Map<string, number>();
  for (const name of names) used.set(tileColor(name), (used.get(tileColor(name)) ?? 0) + 1);
  expect(used.size).toBe(TILE_COLORS.length);
  expect(Math.max(...used.values())).toBeLessThan(60);
});

test('its letters are those of its words', () => {
  expect(['Slack', 'Google Sheets', 'pet-store', 'x', 'Ärzte', ''].map(tileLetters)).toEqual([
    'SL',
    'GS',
    'PS',
    'X',
    'ÄR',
    '',
  ]);
});
