import { problem } from '@headgate/core';
import { expect, test } from 'vitest';
import { describe, pretty, printable } from './say.ts';

const CONTROL = [0, 7, 8, 0x0d, 0x1b, 0x7f, 0x85, 0x9b, 0x9d, 0x202e, 0x2066, 0x2028].map((code) =>
  String.fromCharCode(code),
);

test('nothing that steers a terminal is left of a text of others; what can be read stays', () => {
  for (const c of CONTROL) {
    expect(printable(`a${c}b`)).not.toContain(c);
    expect(printable(`a${c}b`)).toMatch(/^a\\u[0-9a-f]{4}b$/);
  }
  const plain = 'Grüße, 世界 🙂\n\tdone';
  expect(printable(plain)).toBe(plain);
  const value = { text: CONTROL.join('') };
  expect(JSON.parse(printable(pretty(value)))).toEqual(value);
});

test('a Problem is described without them, wherever they stand in it', () => {
  const evil = '\u001b]0;owned\u0007\u009b2J';
  const told = describe(
    problem(`c${evil}`, `t${evil}`, { fix: `f${evil}`, at: { flow: evil, step: evil, field: evil } }),
  );
  for (const c of CONTROL) expect(told).not.toContain(c);
  expect(told).toContain('\\u001b]0;owned\\u0007\\u009b2J');
});
