/** Renewals as runs meet them: those that read before and ask after, and writers that cross. A real store, vault, door and server. */

import type { IncomingMessage } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import type { Connection } from '@headgate/core';
import { openDoor, parseAllow } from '../../egress/door.ts';
import { opener } from '../../store/vault-open/opener.ts';
import { keyring } from '../../store/vault-seal/keyring.ts';
import { countingServer, type Ground, openGround } from '../testing/ground.ts';
import { withTokens } from './next.ts';
import { Renewals } from './renew.ts';
import { shelfOf } from './shelf.ts';

const AT = { project: 'default', name: 'shop', environment: '*' };
const ASK = { workspace: 'default', ...AT, flow: 'f', principal: 'k', run: 'r', step: 's' };

let g: Ground | undefined;
let server: Awaited<ReturnType<typeof countingServer>> | undefined;
afterEach(async () => {
  await g?.close();
  await server?.close();
});

const bodyOf = async (request: IncomingMessage): Promise<string> => {
  let text = '';
  for await (const part of request) text += String(part);
  return text;
};

/** A connection whose token has ended; `answer`: what the n-th renewal gets. */
const opened = async (answer: (n: number, refresh: string | null) => Promise<{ status?: number; body: unknown }>) => {
  const made = await countingServer((n, request, response) => {
    void bodyOf(request)
      .then((text) => answer(n, new URLSearchParams(text).get('refresh_token')))
      .then(({ status = 200, body }) => {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify(body));
      });
  });
  server = made;
  const ground = await openGround();
  g = ground;
  const tokenUrl = `${made.url}/token`;
  const held: Connection = {
    ...{ kind: 'connection', grant: 'code', authorizeUrl: `${made.url}/a`, tokenUrl, clientId: 'us' },
    ...{ access: 'access-0', refresh: 'refresh-0', ends: 1, span: 60_000 },
  };
  const { connections } = ground.store.in('default');
  const shown = { grant: 'code', authorizeUrl: null, tokenUrl, clientId: 'us', scope: null, service: null };
  await connections.create({ ...AT, ...shown, origins: [made.url], value: JSON.stringify(held), owner: 'o', at: 1 });
  const open = opener(keyring(ground.key));
  const shelf = shelfOf(
    ground.store,
    (w, id, v, s, b) => {
      const text = open.openSecret(w, id, v, s, b);
      if (!text.ok) throw new Error(text.problem.text);
      return text.value;
    },
    ground.clock.now,
  );
  const allow = parseAllow('127.0.0.1');
  if (!allow.ok) throw new Error(allow.problem.text);
  const lost: string[] = [];
  const renewals = new Renewals({
    door: openDoor(allow.value),
    shelf,
    journal: ground.store.journal,
    now: ground.clock.now,
    reaches: () => Promise.resolve(true),
    learn: () => Promise.resolve(),
    lost: (_ask, of) => void lost.push(`${of.id}:${of.version}`),
  });
  const read = async () => {
    const of = await shelf.read('default', AT);
    if (of === null) throw new Error('no connection');
    return of;
  };
  return { renewals, shelf, read, count: made.count, lost };
};

const giving = async (n: number) => ({
  body: { access_token: `access-${n}`, refresh_token: `refresh-${n}`, expires_in: 3600 },
});

test('RN1 who read it before it was renewed, and comes after, asks nobody: a spent refresh token is never sent', async () => {
  const sent: (string | null)[] = [];
  const { renewals, read, count } = await opened(async (n, refresh) => {
    sent.push(refresh);
    return giving(n);
  });
  const stale = await read();
  expect(await renewals.get(ASK, stale)).toEqual({ ok: true, value: 'access-1' });
  expect(await renewals.get(ASK, stale)).toEqual({ ok: true, value: 'access-1' });
  // One whose older token was refused meanwhile: there is a newer one already.
  expect(await renewals.get(ASK, stale, 'access-0')).toEqual({ ok: true, value: 'access-1' });
  expect(count()).toBe(1);
  // Twin: when that one is refused too, it is renewed again, with the refresh token of now.
  expect(await renewals.get(ASK, stale, 'access-1')).toEqual({ ok: true, value: 'access-2' });
  expect(sent).toEqual(['refresh-0', 'refresh-1']);
});

test('RN1 who asks because of a refusal, while another asks because of the clock, gets no token that was refused', async () => {
  const { renewals, read, count } = await opened(giving);
  const of = await read();
  const [a, b] = await Promise.all([renewals.get(ASK, of), renewals.get(ASK, of, 'access-1')]);
  expect(a).toEqual({ ok: true, value: 'access-1' });
  expect(b).toEqual({ ok: true, value: 'access-2' });
  expect(count()).toBe(2);
});

test('RN2 what somebody connected anew meanwhile is not written over: its token counts', async () => {
  let anew = async (): Promise<void> => undefined;
  const { renewals, read, shelf } = await opened(async (n) => {
    await anew();
    return giving(n);
  });
  const of = await read();
  anew = async () => {
    const said = { token: 'theirs', refresh: 'their-refresh', expires: 3_600_000 };
    expect(await shelf.write(of, withTokens(of.held, said, g?.clock.now() ?? 0), 'ada')).not.toBeNull();
  };
  expect(await renewals.get(ASK, of)).toEqual({ ok: true, value: 'theirs' });
  expect((await read()).held).toMatchObject({ access: 'theirs', refresh: 'their-refresh' });
});

test('RN3 a refusal for good is asked for once and told of once, however many come', async () => {
  const { renewals, read, count, lost } = await opened(async () => ({ status: 400, body: { error: 'invalid_grant' } }));
  const down = await renewals.get(ASK, await read());
  expect(down).toMatchObject({ ok: false, problem: { code: 'connection.reconnect' } });
  const asked = count();
  for (let i = 0; i < 3; i += 1)
    expect(await renewals.get(ASK, await read())).toMatchObject({ problem: { code: 'connection.reconnect' } });
  expect([count(), lost.length]).toEqual([asked, 1]);
});

test('RN3 a server that fails is no refusal: what it holds is kept, and may be asked for again', async () => {
  const { renewals, read, lost } = await opened(async (n) =>
    n === 1 ? { status: 503, body: { error: 'invalid_grant' } } : giving(n),
  );
  expect(await renewals.get(ASK, await read())).toMatchObject({ problem: { code: 'secret.token', retry: 'yes' } });
  expect((await read()).held).toMatchObject({ refresh: 'refresh-0' });
  expect(await renewals.get(ASK, await read())).toEqual({ ok: true, value: 'access-2' });
  expect(lost).toEqual([]);
});

test('RN2 a refusal after an answer that never came says that the answer was lost; after one that came, it does not', async () => {
  for (const [first, why] of [
    ['none', 'this server stopped before the answer was kept'],
    ['503', 'the service took it back'],
  ] as const) {
    const { renewals, read, shelf } = await opened(async (n) =>
      n === 1 && first === '503' ? { status: 503, body: {} } : { status: 400, body: { error: 'invalid_grant' } },
    );
    if (first === 'none') await shelf.asking(await read(), 1);
    else await renewals.get(ASK, await read());
    const refused = await renewals.get(ASK, await read());
    expect(refused).toMatchObject({ problem: { text: expect.stringContaining(why) } });
    await g?.close();
    await server?.close();
    g = undefined;
    server = undefined;
  }
});
