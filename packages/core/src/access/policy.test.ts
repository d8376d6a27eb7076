import { expect, test } from 'vitest';
import { allows, EVERYTHING, NOTHING_ALLOWED, type Policy, printPolicy, readPolicy } from './policy.ts';
import { parsePower, type Power } from './power.ts';

const power = (text: string): Power => {
  const made = parsePower(text);
  if (!made.ok) throw new Error(made.problem.text);
  return made.value;
};
const policy = (only: readonly string[] | null, denied: readonly string[] = []): Policy => {
  const made = readPolicy({ only, denied });
  if (!made.ok) throw new Error(made.problem.text);
  return made.value;
};

test('PO1 without a policy everything is allowed, and one that allows nothing allows nothing', () => {
  for (const text of ['net: * *:*', 'code: *', 'secret: use * for *', 'flow: call *', 'reveal: jwt']) {
    expect(allows(EVERYTHING, power(text))).toBe(true);
    expect(allows(policy(null), power(text))).toBe(true);
    expect(allows(NOTHING_ALLOWED, power(text))).toBe(false);
  }
});

test('AZ-05 only what is listed is allowed, the narrower too and the wider not', () => {
  const some = policy(['net: GET *.example.com', 'code: js', 'secret: read mine']);
  expect(allows(some, power('net: GET api.example.com'))).toBe(true);
  expect(allows(some, power('net: GET,POST api.example.com'))).toBe(false);
  expect(allows(some, power('net: GET example.org'))).toBe(false);
  expect(allows(some, power('code: python'))).toBe(false);
  expect(allows(some, power('flow: call Greet'))).toBe(false);
  expect(allows(some, power(`secret: read mine for code ${'a'.repeat(64)}`))).toBe(true);
  expect(allows(some, power(`secret: read other for code ${'a'.repeat(64)}`))).toBe(false);
});

test('PO2 what is denied is denied, also within something wider and also where it is listed', () => {
  const some = policy(['net: * *:*'], ['net: * evil.example', 'secret: read mine', 'data: write table people']);
  expect(allows(some, power('net: GET evil.example'))).toBe(false);
  expect(allows(some, power('net: * *.example'))).toBe(false);
  expect(allows(some, power('net: GET good.example'))).toBe(true);
  const open = policy(null, ['secret: read mine', 'data: write table people']);
  expect(allows(open, power(`secret: read mine for code ${'a'.repeat(64)}`))).toBe(false);
  expect(allows(open, power('secret: use mine for https://a.example'))).toBe(true);
  expect(allows(open, power('data: read,write table people'))).toBe(false);
  expect(allows(open, power('data: read table people'))).toBe(true);
});

test('a policy has one spelling, and what cannot be read is told by its place', () => {
  expect(printPolicy(policy(['net: get API.example.com'], ['code: typescript']))).toEqual({
    only: ['net: GET api.example.com:443'],
    denied: ['code: js'],
  });
  expect(readPolicy({ only: null, denied: ['code: js', 'nett: GET a'] })).toMatchObject({
    ok: false,
    problem: { at: { field: 'denied[1]' } },
  });
});
