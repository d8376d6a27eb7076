import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FLOW_PROBLEMS } from './flow-problems.ts';
import { PROBLEMS, PROBLEM_CODES, problemsPage, statusOf } from './problems.ts';

const PACKAGES = join(import.meta.dirname, '../../..');

/** Rooms whose Problems reach callers of the API; the command line's own are its own. */
const ROOMS = [
  'core/src/flow',
  'core/src/expr',
  'core/src/access',
  'core/src/run',
  'core/src/step',
  'server/src/engine',
  'server/src/steps',
  'server/src/egress',
  'server/src/sandbox',
  'server/src/gateway',
];

/** A Problem being made, with its code written in place. */
const MAKES =
  /\b(?:problem|warning|refuse|fault|fail)\(\s*(?:\d{3},\s*|[\w.$]+,\s*|\{[^{}]*\},\s*)?'([a-z][a-z_]*(?:\.[a-z_]+)+)'/g;

const made = (): Map<string, string> => {
  const codes = new Map<string, string>();
  for (const room of ROOMS) {
    const names = readdirSync(join(PACKAGES, room), { recursive: true }).map(String);
    for (const name of names.filter(
      (one) => one.endsWith('.ts') && !one.endsWith('.test.ts') && !one.includes('testing'),
    )) {
      for (const [, code = ''] of readFileSync(join(PACKAGES, room, name), 'utf8').matchAll(MAKES))
        codes.set(code, join(room, name));
    }
  }
  return codes;
};

describe('the table of problems', () => {
  test('is the one kept in docs/problems.md', async () => {
    await expect(problemsPage()).toMatchFileSnapshot('../../../../docs/problems.md');
  });

  test('holds client and server errors only, each with a sentence', () => {
    for (const code of PROBLEM_CODES) {
      expect(PROBLEMS[code].status).toBeGreaterThanOrEqual(400);
      expect(PROBLEMS[code].when).toMatch(/^[A-Z].*\.$/);
      expect(statusOf(code)).toBe(PROBLEMS[code].status);
    }
    expect(statusOf('expr.budget')).toBe(422);
  });

  test('a code stands in one of the two tables, with a sentence', () => {
    for (const [code, when] of Object.entries(FLOW_PROBLEMS)) {
      expect(PROBLEM_CODES).not.toContain(code);
      expect(when, code).toMatch(/^[A-Z`0-9].*\.$/s);
    }
  });

  test('every code that a room of ours gives is in the tables', () => {
    const codes = made();
    expect(codes.size).toBeGreaterThan(80);
    const known = new Set<string>([...PROBLEM_CODES, ...Object.keys(FLOW_PROBLEMS)]);
    expect([...codes].filter(([code]) => !known.has(code)).map(([code, file]) => `${code} of ${file}`)).toEqual([]);
  });
});
