/** Guessing passwords, codes and links, and finding out who has an account, over real HTTP. */

import { describe, expect, test } from 'vitest';
import type { User } from '../../packages/server/src/store/accounts/port.ts';
import { startServer, type TestServer } from '../fixtures/server.ts';

const PASSWORD = 'correct horse battery';
const AUTH = '/api/v1/auth';

const account = async (at: TestServer): Promise<User> =>
  (await at.house.store.accounts.superuser('ada@example.com', PASSWORD, Date.now())).user;

describe('TOK-11 guessing and finding out who there is', () => {
  const wrong = async (email: string, password: string, at: TestServer) => {
    const { status, text, headers } = await at.ask('POST', `${AUTH}/login`, { body: { email, password } });
    const { date: _date, ...rest } = headers;
    return { status, text, headers: rest };
  };

  test('TOK-11 after so many tries 429, for an address with an account and one without alike; the owner elsewhere still gets in', async () => {
    const strict = await startServer({ limits: { tries: 3, networkTries: 1000, even: 5 }, proxies: ['127.0.0.1'] });
    try {
      const user = await account(strict);
      const tries = async (email: string): Promise<unknown[]> => {
        const seen = [];
        for (let i = 0; i < 5; i += 1) seen.push(await wrong(email, `wrong ${i}`, strict));
        return seen;
      };
      const known = await tries(user.email);
      expect(known).toEqual(await tries('nobody@example.com'));
      expect(known.map((one) => (one as { status: number }).status)).toEqual([401, 401, 401, 429, 429]);
      const right = { body: { email: user.email, password: PASSWORD } };
      expect((await strict.ask('POST', `${AUTH}/login`, right)).status).toBe(429);
      const elsewhere = { ...right, headers: { 'x-forwarded-for': '203.0.113.7' } };
      expect((await strict.ask('POST', `${AUTH}/login`, elsewhere)).status).toBe(200);
      strict.later(16 * 60_000);
      expect((await strict.ask('POST', `${AUTH}/login`, right)).status).toBe(200);
    } finally {
      await strict.close();
    }
  });

  test.each(['login/code', 'login/passkey', 'setup/TOKEN', 'signup/TOKEN', 'reset/TOKEN', 'reset', 'signup'])(
    'TOK-11 %s is bounded for a network as well',
    async (door) => {
      const strict = await startServer({
        limits: { networkTries: 4, even: 1 },
        mail: () => Promise.resolve({ ok: true, value: null }),
        signUp: { kind: 'approval' },
      });
      try {
        const path = `${AUTH}/${door.replace('TOKEN', 'A'.repeat(43))}`;
        const body =
          door === 'login/code'
            ? { code: '123456' }
            : door === 'login/passkey'
              ? { response: {} }
              : door === 'reset' || door === 'signup'
                ? { email: 'a@b.example' }
                : {
                    password: 'a long enough one',
                    ...(door.startsWith('reset') ? {} : { name: 'n' }),
                    ...(door.startsWith('setup') ? { email: 'a@b.example' } : {}),
                  };
        const seen = [];
        for (let i = 0; i < 6; i += 1) seen.push((await strict.ask('POST', path, { body })).status);
        expect(new Set(seen.slice(0, 4)).has(429)).toBe(false);
        expect(seen.slice(4)).toEqual([429, 429]);
      } finally {
        await strict.close();
      }
    },
  );

  test('TOK-11 asking for a new password is answered alike with an account and without', async () => {
    const mails: string[] = [];
    const mailing = await startServer({
      limits: { even: 20 },
      mail: ({ to }) => {
        mails.push(to);
        return Promise.resolve({ ok: true, value: null });
      },
    });
    try {
      const user = await account(mailing);
      const ask = async (email: string) => {
        const { status, text, headers } = await mailing.ask('POST', `${AUTH}/reset`, { body: { email } });
        const { date: _date, ...rest } = headers;
        return { status, text, headers: rest };
      };
      expect(await ask(user.email)).toEqual(await ask('nobody@example.com'));
      expect(mails).toEqual([user.email]);
    } finally {
      await mailing.close();
    }
  });

  test('TOK-11 how long a refusal takes does not tell whether there is an account: Welch |t| below 4.5', async () => {
    const timed = await startServer({ limits: { tries: 1_000_000, networkTries: 1_000_000, even: 100 } });
    try {
      const user = await account(timed);
      const samples: { known: number[]; unknown: number[] } = { known: [], unknown: [] };
      const one = async (kind: 'known' | 'unknown'): Promise<void> => {
        const email = kind === 'known' ? user.email : `n${samples.unknown.length}@example.com`;
        const began = performance.now();
        await wrong(email, 'a wrong password', timed);
        samples[kind].push(performance.now() - began);
      };
      for (let i = 0; i < 3; i += 1) await Promise.all([one('known'), one('unknown')]);
      samples.known = [];
      samples.unknown = [];
      // In turns, so that whatever else the machine does falls on both.
      for (let i = 0; i < 30; i += 1)
        for (const kind of i % 2 === 0 ? (['known', 'unknown'] as const) : (['unknown', 'known'] as const))
          await one(kind);
      expect(Math.abs(welch(samples.known, samples.unknown))).toBeLessThan(4.5);
    } finally {
      await timed.close();
    }
  }, 120_000);

  test('TOK-11 twin: the same measure sees a difference where there is one', () => {
    const even = (from: number): number[] => Array.from({ length: 40 }, (_, i) => from + (i % 5) * 0.2);
    expect(Math.abs(welch(even(100), even(101)))).toBeGreaterThan(4.5);
    expect(Math.abs(welch(even(100), even(100)))).toBeLessThan(4.5);
  });
});

/** Welch's t of two samples, after the slowest tenth of each is left out: the pauses of a shared machine. */
const welch = (left: readonly number[], right: readonly number[]): number => {
  const trimmed = [left, right].map((all) => all.toSorted((a, b) => a - b).slice(0, Math.ceil(all.length * 0.9)));
  const [a, b] = trimmed.map((all) => {
    const mean = all.reduce((sum, x) => sum + x, 0) / all.length;
    return { mean, error: all.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (all.length - 1) / all.length };
  });
  if (a === undefined || b === undefined) throw new Error('two samples');
  return (a.mean - b.mean) / Math.sqrt(a.error + b.error);
};

describe('TOK-11 DOS-09 limits that one could step over, or turn against others', () => {
  const BEHIND = { proxies: ['127.0.0.1'] };
  const from = (address: string) => ({ 'x-forwarded-for': address });

  test('TOK-11 DOS-09 an account guessed at from everywhere stays closed to guesses whatever one network floods, and open to where its owner is', async () => {
    const server = await startServer({ ...BEHIND, limits: { tries: 2, networkTries: 30, even: 1 } });
    try {
      const user = await account(server);
      const login = (email: string, password: string, address: string) =>
        server
          .ask('POST', `${AUTH}/login`, { body: { email, password }, headers: from(address) })
          .then((a) => a.status);
      expect(await login(user.email, PASSWORD, '198.51.100.1')).toBe(200);
      for (let i = 0; i < 20; i += 1)
        expect(await login(user.email, 'wrong one', `203.0.113.${Math.floor(i / 2)}`)).toBe(401);
      expect(await login(user.email, 'wrong one', '203.0.113.99')).toBe(429);
      // One network, far beyond its limit, with addresses that nobody has.
      for (let i = 0; i < 300; i += 1) await login(`made-up-${i}@example.com`, 'wrong one', '192.0.2.1');
      expect(await login(user.email, 'wrong one', '203.0.113.100')).toBe(429);
      // A network that never was the owner's, even with the right password; and the one that was.
      expect(await login(user.email, PASSWORD, '203.0.113.101')).toBe(429);
      expect(await login(user.email, PASSWORD, '198.51.100.1')).toBe(200);
      // Which lets nobody guess there without end.
      for (let i = 0; i < 2; i += 1) expect(await login(user.email, 'wrong one', '198.51.100.1')).toBe(401);
      expect(await login(user.email, 'wrong one', '198.51.100.1')).toBe(429);
    } finally {
      await server.close();
    }
  });

  test('TOK-11 DOS-09 a network that is over its limit locks no account for others', async () => {
    const server = await startServer({ ...BEHIND, limits: { tries: 3, networkTries: 5, even: 1 } });
    try {
      const user = await account(server);
      const login = (password: string, address: string) =>
        server
          .ask('POST', `${AUTH}/login`, { body: { email: user.email, password }, headers: from(address) })
          .then((a) => a.status);
      for (let i = 0; i < 100; i += 1) await login('wrong one', '192.0.2.1');
      expect(await login(PASSWORD, '203.0.113.5')).toBe(200);
    } finally {
      await server.close();
    }
  });

  test('TOK-11 DOS-09 addresses of one IPv6 subscriber count as one, for keys, visits and tokens', async () => {
    const server = await startServer({ ...BEHIND, limits: { guesses: 5, visits: 5, flowVisits: 1_000 } });
    try {
      const statuses = async (method: string, path: string, more: object): Promise<number[]> => {
        const seen = [];
        for (let i = 1; i <= 8; i += 1) {
          const headers = from(`2001:DB8:1:${i % 2 === 0 ? '1' : '0001'}::${i}`);
          seen.push((await server.ask(method, path, { ...more, headers })).status);
        }
        return seen;
      };
      const wrong = `hg_${'A'.repeat(43)}`;
      expect(await statuses('GET', '/api/v1/flows', { key: wrong })).toEqual([401, 401, 401, 401, 401, 429, 429, 429]);
      expect(await statuses('POST', '/api/v1/public/flow_0123456789abcdef/runs', { body: {} })).toEqual([
        404, 404, 404, 404, 404, 429, 429, 429,
      ]);
      // Twin: another subscriber is judged by himself.
      const other = await server.ask('GET', '/api/v1/flows', { key: wrong, headers: from('2001:db8:1:2::1') });
      expect(other.status).toBe(401);
    } finally {
      await server.close();
    }
  });
});
