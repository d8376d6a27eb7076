import { expect, test } from 'vitest';
import { allows as allowed } from './policy.ts';
import { covers, parsePower, type Power, sentence } from './power.ts';

const parse = (text: string): Power => {
  const made = parsePower(text);
  if (!made.ok) throw new Error(`${text}: ${made.problem.text}`);
  return made.value;
};
const allows = (grant: string, request: string): boolean => covers(parse(grant), parse(request));

test('a power to talk with a database is that alone: no method of HTTP covers it, and it covers none', () => {
  const db = 'net: TCP db.example.com:5432';
  for (const [grant, request, ok] of [
    [db, db, true],
    ['net: TCP *.example.com:5432', db, true],
    ['net: TCP *:*', db, true],
    ['net: TCP db.example.com:5433', db, false],
    ['net: GET,POST,PUT,PATCH,DELETE,HEAD,OPTIONS db.example.com:5432', db, false],
    [db, 'net: GET db.example.com:5432', false],
    ['net: * db.example.com:5432', db, false],
    ['net: * *:*', db, false],
    ['net: * *:*', 'net: * db.example.com:5432', true],
  ] as const)
    expect([grant, request, allows(grant, request)]).toEqual([grant, request, ok]);
  expect(sentence(parse(db))).toBe('Talk with the database or message server at db.example.com (port 5432)');
  const use = 'secret: use db for postgres://db.example.com:5432';
  for (const [grant, ok] of [
    [use, true],
    ['secret: use db for *', true],
    ['secret: use db for postgres://*.example.com:5432', true],
    ['secret: use db for mysql://db.example.com:5432', false],
    ['secret: use db for https://db.example.com:5432', false],
  ] as const)
    expect([grant, allows(grant, use)]).toEqual([grant, ok]);
});

test('a policy that denies every call of a host denies its database, too, and one that allows calls allows none', () => {
  const db = parse('net: TCP db.example.com:5432');
  for (const denied of ['net: * *:*', 'net: * db.example.com:5432', 'net: TCP *:*'])
    expect(allowed({ only: null, denied: [parse(denied)] }, db)).toBe(false);
  expect(allowed({ only: null, denied: [parse('net: GET db.example.com:5432')] }, db)).toBe(true);
  expect(allowed({ only: [parse('net: * *:*')], denied: [] }, db)).toBe(false);
  expect(allowed({ only: [parse('net: TCP *:5432')], denied: [] }, db)).toBe(true);
});
