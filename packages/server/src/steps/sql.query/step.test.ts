import { problem, trial } from '@headgate/core/step';
import { expect, test } from 'vitest';
import { step } from './step.ts';

const plain = { speaks: 'postgres', host: 'db.example.com', database: 'shop', sql: 'select 1' };
const asked = (raw: Record<string, unknown>) =>
  (step.needs?.({ ...plain, ...raw }) ?? []).map(
    ({ power, scope, computed }) => `${power}: ${scope}${computed ? ' ?' : ''}`,
  );

test('it asks for the one server and the one secret that stand plainly there, else for any', () => {
  expect(asked({})).toEqual(['net: TCP db.example.com:5432']);
  expect(asked({ speaks: 'mysql', secret: 'shop' })).toEqual([
    'net: TCP db.example.com:3306',
    'secret: use shop for mysql://db.example.com:3306',
  ]);
  expect(asked({ host: 'DB.Example.com.', port: 6000 })).toEqual(['net: TCP db.example.com:6000']);
  expect(asked({ host: '{{ input.host }}', secret: 'shop' })).toEqual(['net: TCP *:* ?', 'secret: use shop for * ?']);
  expect(asked({ port: '{{ input.port }}' })).toEqual(['net: TCP *:* ?']);
});

test('an expression in the SQL text is refused, with what to do instead', () => {
  const read = step.input.safeParse({ ...plain, sql: "select * from people where name = '{{ input.name }}'" });
  expect(read.success).toBe(false);
  expect(read.error?.issues[0]?.message).toContain('params');
  expect(step.input.safeParse({ ...plain, params: ['{{ input.name }}'] }).success).toBe(true);
});

test('it reads unless it says otherwise, and what broke off is repeated only where it says so', async () => {
  const seen: unknown[] = [];
  const sql = (call: unknown) => {
    seen.push(call);
    return Promise.resolve({ problem: problem('database.broken', 'gone', { retry: 'yes' }), sent: 'maybe' as const });
  };
  const ends = async (more: object) => {
    const refuse = () => Promise.reject(new Error('not this one'));
    const { outcome } = await trial(
      step,
      { ...plain, ...more },
      { databases: { sql, sqlite: refuse, redis: refuse, publish: refuse } },
    );
    return outcome.kind === 'problem' ? [outcome.problem.code, outcome.problem.retry] : outcome.kind;
  };
  expect(await ends({})).toEqual(['database.broken', 'yes']);
  expect(await ends({ mode: 'write' })).toEqual(['database.doubt', 'no']);
  expect(await ends({ mode: 'write', repeatable: true })).toEqual(['database.broken', 'yes']);
  expect(seen[0]).toMatchObject({ mode: 'read', port: 5432, tls: true, timeout: 30_000, rows: 1_000, params: [] });
  const may = (input: unknown) => step.repeatable?.(input as never);
  expect([
    may({ ...plain }),
    may({ ...plain, mode: 'write' }),
    may({ ...plain, mode: 'write', repeatable: true }),
  ]).toEqual([true, false, true]);
});
