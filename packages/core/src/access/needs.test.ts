import { expect, test } from 'vitest';
import { z } from 'zod';
import type { Flow } from '../flow/model.ts';
import { catalogOf, defineStep, done, type Need } from '../step/define.ts';
import { lentByTyping, missing, needsOf } from './needs.ts';
import { parsePower, type Power } from './power.ts';

const fetching = defineStep({
  kind: 'fetch',
  version: 1,
  title: 'Fetch',
  group: 'net',
  summary: 'Fetches.',
  input: z.strictObject({ host: z.string() }),
  output: z.unknown(),
  needs: (raw) => [
    { power: 'net', scope: `GET ${String(raw['host'])}`, sentence: `Read from ${String(raw['host'])}.` },
  ],
  run: () => done(null),
});
const catalog = catalogOf([fetching], []);
const power = (text: string): Power => {
  const made = parsePower(text);
  if (!made.ok) throw new Error(made.problem.text);
  return made.value;
};

const flow: Flow = {
  headgate: 1,
  name: 'Trial',
  steps: [
    { id: 'one', kind: 'fetch@1', with: { host: 'a.com' } },
    { id: 'off', kind: 'fetch@1', with: { host: 'off.com' }, disabled: true },
    {
      id: 'block',
      kind: 'each@1',
      with: {
        over: [1],
        steps: [
          { id: 'two', kind: 'fetch@1', with: { host: 'b.com' } },
          { id: 'three', kind: 'unknown@1' },
        ],
      },
    },
  ],
};

test('needs are found in blocks too, and a disabled step needs nothing', () => {
  expect(needsOf(flow, catalog).map((n) => [n.step, n.need.scope])).toEqual([
    ['one', 'GET a.com'],
    ['two', 'GET b.com'],
  ]);
});

test('the flow that is told of a failure is asked for by the flow as a whole', () => {
  const telling: Flow = { ...flow, settings: { errorFlow: 'On call' } };
  const asked = needsOf(telling, catalog);
  expect(asked.at(-1)).toMatchObject({ step: '*', need: { power: 'flow', scope: 'call On call' } });
  const last = missing(asked, []).at(-1);
  expect(last).toMatchObject({ step: '*', power: 'flow: call On call' });
  expect(missing(asked, [{ step: 'one', power: power('flow: call On call') }]).at(-1)).toEqual(last);
  expect(missing(asked, [{ step: '*', power: power('flow: call On call') }]).at(-1)?.step).toBe('two');
});

test('what no grant covers is missing, in the form grant takes, each once', () => {
  const needs = needsOf(flow, catalog);
  expect(missing([...needs, ...needs], [])).toEqual([
    { step: 'one', power: 'net: GET a.com:443', sentence: 'Read from a.com.', computed: false },
    { step: 'two', power: 'net: GET b.com:443', sentence: 'Read from b.com.', computed: false },
  ]);
  expect(missing(needs, [{ step: 'one', power: power('net: * *.a.com') }]).map((m) => m.step)).toEqual(['one', 'two']);
  expect(missing(needs, [{ step: 'one', power: power('net: * *') }]).map((m) => m.step)).toEqual(['two']);
  expect(missing(needs, [{ step: '*', power: power('net: GET *') }])).toEqual([]);
});

test('a need whose scope cannot be read stays missing as it was written, whatever was lent', () => {
  const need: Need = { power: 'file', scope: 'read ../invoices/', sentence: 'Read invoices.' };
  expect(missing([{ step: 'a', need }], [{ step: '*', power: power('net: * *') }])).toEqual([
    { step: 'a', power: 'file: read ../invoices/', sentence: 'Read invoices.', computed: false },
  ]);
});

test('only one plain host, folder, flow or piece of code counts as lent by typing it; what shows or spends asks', () => {
  const lent = (of: Need['power'], scope: string, computed?: true): boolean =>
    lentByTyping({ power: of, scope, sentence: 'x', ...(computed ? { computed } : {}) });
  expect(lent('net', 'GET a.com:443')).toBe(true);
  expect(lent('flow', 'call Greet')).toBe(true);
  expect(lent('net', 'GET a.com:443', true)).toBe(false);
  expect(lent('net', 'GET *.a.com')).toBe(false);
  expect(lent('net', 'GET *')).toBe(false);
  expect(lent('net', 'GET a.com:*')).toBe(false);
  expect(lent('flow', 'call *')).toBe(false);
  expect(lent('secret', 'use github for https://a.com')).toBe(false);
  expect(lent('secret', 'read github')).toBe(false);
  expect(lent('file', 'read x/')).toBe(true);
  expect(lent('file', 'write x/a.csv')).toBe(true);
  expect(lent('file', 'read x/', true)).toBe(false);
  expect(lent('file', 'read *')).toBe(false);
  expect(lent('net', 'GET a.com:443/x/')).toBe(true);
  expect(lent('code', 'js')).toBe(true);
  expect(lent('code', '*')).toBe(false);
  for (const [of, scope] of [
    ['model', 'local/a'],
    ['data', 'read table customers'],
    ['mcp', 'git/push'],
    ['ask', 'role admin'],
  ] as const)
    expect(lent(of, scope)).toBe(false);
  expect(lent('net', 'nonsense')).toBe(false);
});

test('a grant of the least that a need stays within will do; one of another path will not', () => {
  const need: Need = { power: 'net', scope: 'GET a.com:443', least: 'GET a.com:443/repos/acme/', sentence: 'Read.' };
  const lacks = (text: string): number => missing([{ step: 'a', need }], [{ step: 'a', power: power(text) }]).length;
  expect(lacks('net: GET a.com')).toBe(0);
  expect(lacks('net: GET a.com/repos/')).toBe(0);
  expect(lacks('net: GET a.com/repos/acme/')).toBe(0);
  expect(lacks('net: GET a.com/repos/acme/x')).toBe(1);
  expect(lacks('net: GET a.com/other/')).toBe(1);
  expect(missing([{ step: 'a', need }], [])[0]?.power).toBe('net: GET a.com:443');
});
