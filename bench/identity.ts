/**
 * What it costs to know who calls and whether he may: `node --conditions=headgate-source bench/identity.ts [--json] [--rounds N]`.
 *
 * The real admission of the gateway over a real store, for a route that lists flows and one that reads a flow, by each kind
 * of credential: warm (seen since the last change of the store), and after a change of the store, when rows are read again
 * (of a token its signature stays checked) and for the first time (a token's signature is checked). Microseconds a call; the
 * best and the median of the rounds.
 */

import { randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { PERMISSIONS, TOKEN_PERMISSIONS } from '../packages/core/src/index.ts';
import { type Contract, ROUTES } from '../packages/core/src/api/index.ts';
import { cookiesFor } from '../packages/server/src/gateway/accounts/cookies.ts';
import { admit } from '../packages/server/src/gateway/admit.ts';
import { Identities } from '../packages/server/src/gateway/identity.ts';
import { AccessTokens } from '../packages/server/src/gateway/oauth/access-token.ts';
import { LIMITS } from '../packages/server/src/gateway/limits.ts';
import { Places } from '../packages/server/src/gateway/places.ts';
import { StreamTickets } from '../packages/server/src/gateway/stream-tickets.ts';
import { Allowances } from '../packages/server/src/gateway/tokens/allowance.ts';
import { Credentials } from '../packages/server/src/gateway/tokens/credentials.ts';
import { EngineTokens } from '../packages/server/src/gateway/tokens/engine-token.ts';
import { newToken, signed } from '../packages/server/src/gateway/tokens/issue.ts';
import { Windows } from '../packages/server/src/gateway/windows.ts';
import { openStore } from '../packages/server/src/store/open.ts';
import { KEY, putAccount } from '../packages/server/src/store/testing/kit.ts';

const { values: options } = parseArgs({
  options: { json: { type: 'boolean' }, rounds: { type: 'string', default: '15' } },
});
const ROUNDS = Number(options.rounds);

const dir = mkdtempSync(join(tmpdir(), 'headgate-bench-'));
const clock = (): number => Date.now();
const store = await openStore({ dir, key: KEY, clock });
const gate = {
  store,
  clock,
  limit: LIMITS,
  twoFactors: false,
  vault: store.credentials,
  publicUrl: 'http://localhost:7860',
  newId: (prefix = ''): string => prefix + randomBytes(12).toString('hex'),
};
const identities = new Identities(gate);
const tokens = new EngineTokens(gate);
const cookies = cookiesFor(gate.publicUrl);
const doors = {
  identities,
  tokens,
  credentials: new Credentials(identities, tokens, new AccessTokens(gate)),
  guesses: new Windows(clock),
  allowances: new Allowances(clock, { user: 1e9, workspace: 1e9, network: 1e9 }),
  places: new Places(store),
  tickets: new StreamTickets(gate),
  // As the desk does it, which is more than admission needs.
  desk: {
    sessionOf: async (headers: IncomingHttpHeaders) => {
      const held = cookies.read(headers.cookie, 'session');
      return held === undefined ? null : store.accounts.sessionByCookie(held, clock());
    },
  },
};

const home = store.in('default');
const flow = 'flow_bench';
const at = clock();
await home.flows.create({ id: flow, project: 'default', owner: 'u', name: 'x', draft: {}, draftHash: 'h', at });
const plain = store.credentials.newKey();
const limited = store.credentials.newKey();
const row = {
  workspace: 'default',
  name: 'bench',
  permissions: PERMISSIONS,
  projects: null,
  flows: null,
  expires: at + 86_400_000,
  revoked: null,
  created: at,
  used: null,
};
const much = { rate: 1_000_000, burst: 1_000_000, parallel: 10_000 };
await home.keys.create({ ...row, id: 'key_bench', hash: store.credentials.hashKey(plain) });
await home.keys.create({ ...row, id: 'key_limited', hash: store.credentials.hashKey(limited), limits: much });

const maker = { kind: 'key', id: 'key_bench', workspace: 'default', permissions: PERMISSIONS } as const;
const wish = { name: 'bench', permissions: TOKEN_PERMISSIONS, projects: null, flows: null, renewable: 0 };
const freshToken = async (): Promise<string> => {
  const made = newToken(gate, maker, { ...wish, id: gate.newId('t_'), lifetime: 86_400_000 });
  await home.tokens.create(made);
  return signed(gate, tokens.issuer, made);
};
const token = await freshToken();

const person = 'u_bench';
putAccount(dir, person);
await home.members.add({ user: person, role: 'editor', created: at, by: 'bench' });
const begun = await store.accounts.begin(person, 'password', { agent: null, network: '127.0.0.1' }, at);
const session: IncomingHttpHeaders = {
  cookie: `theme=dark; ${cookies.set('session', begun.token, 60).split(';', 1)[0]}`,
  'sec-fetch-site': 'same-origin',
};

const ask = async (contract: Contract, credential: string | IncomingHttpHeaders, params: unknown): Promise<void> => {
  const headers = typeof credential === 'string' ? { authorization: `Bearer ${credential}` } : credential;
  const admitted = await admit(gate, doors, {
    contract,
    headers,
    method: 'GET',
    url: contract.path,
    address: '127.0.0.1',
    params,
  });
  admitted.leave?.();
  if ('code' in admitted) throw new Error(`turned away: ${admitted.code}, ${admitted.why ?? ''}`);
};

/** Microseconds a call over so many calls, round by round. */
const took = async (calls: number, one: () => Promise<void>): Promise<readonly number[]> => {
  const rounds: number[] = [];
  for (let i = 0; i < calls; i += 1) await one();
  for (let round = 0; round < ROUNDS; round += 1) {
    const begun = performance.now();
    for (let i = 0; i < calls; i += 1) await one();
    rounds.push(((performance.now() - begun) * 1000) / calls);
  }
  return rounds.toSorted((a, b) => a - b);
};

/** Raises the store's version, as any change of configuration does. */
const change = async (): Promise<void> =>
  void (await home.flows.patch(flow, { name: randomBytes(4).toString('hex') }, at));

/** The same over calls that each come first after something: that something is not measured. */
const after = async <T>(before: () => Promise<T>, one: (made: T) => Promise<void>): Promise<readonly number[]> => {
  const rounds: number[] = [];
  for (let round = 0; round < ROUNDS * 4; round += 1) {
    const made = await before();
    const begun = performance.now();
    await one(made);
    rounds.push((performance.now() - begun) * 1000);
  }
  return rounds.toSorted((a, b) => a - b);
};

const list: Contract = ROUTES.listFlows;
const read: Contract = ROUTES.getFlow;
const figures: Record<string, readonly number[]> = {
  'API key, warm': await took(5_000, () => ask(list, plain, {})),
  'API key, warm, one flow': await took(5_000, () => ask(read, plain, { id: flow })),
  'API key with limits, warm': await took(5_000, () => ask(list, limited, {})),
  'session, warm': await took(5_000, () => ask(list, session, {})),
  'session, warm, one flow': await took(5_000, () => ask(read, session, { id: flow })),
  'engine token, warm': await took(5_000, () => ask(list, token, {})),
  'API key, after a change': await after(change, () => ask(list, plain, {})),
  'session, after a change': await after(change, () => ask(list, session, {})),
  'engine token, after a change': await after(change, () => ask(list, token, {})),
  'engine token, the first time': await after(freshToken, (one) => ask(list, one, {})),
};
await store.close();
rmSync(dir, { recursive: true });

const summary = Object.entries(figures).map(([name, sorted]) => ({
  name,
  best: sorted[0] ?? Number.NaN,
  median: sorted[sorted.length >> 1] ?? Number.NaN,
}));
if (options.json === true) console.log(JSON.stringify(summary));
else
  for (const { name, best, median } of summary)
    console.log(`${name.padEnd(30)} ${best.toFixed(1).padStart(8)} µs best ${median.toFixed(1).padStart(8)} µs median`);
