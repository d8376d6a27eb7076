/** Seeing a secret's value: a power of its own, judged and recorded each time. */

import { fileURLToPath } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import type { Event } from '@headgate/core';
import { opener } from '../store/vault-open/opener.ts';
import { keyring } from '../store/vault-seal/keyring.ts';
import { Broker } from './broker.ts';
import { Credentials } from './credentials.ts';
import { Flows } from './flows.ts';
import { Live } from './live.ts';
import { loadCatalog } from './loader.ts';
import { type HeldSecret, storeSource } from './secret-source.ts';
import { type Ground, openGround } from './testing/ground.ts';
import { KnownValues } from './known.ts';
import { Tokens } from './tokens.ts';
import { type Door, openDoor, parseAllow } from '../egress/door.ts';

let g: Ground | undefined;
afterEach(async () => {
  await g?.close();
  g = undefined;
});

const VALUE = 'c4n4ry-read-0123456789';
const CODE = 'a'.repeat(64);

const flow = {
  headgate: 1,
  name: 'Sees',
  steps: [
    { id: 'see', kind: 'set@1', with: { value: 1 } },
    { id: 'use', kind: 'set@1', with: { value: 1 } },
    { id: 'rest', kind: 'wait@1', after: ['see', 'use'], with: { for: '1h' } },
  ],
};

const doorToNowhere = (): Door => {
  const allow = parseAllow('');
  if (!allow.ok) throw new Error(allow.problem.text);
  return openDoor(allow.value);
};

/** A waiting run, and what the engine stands on, put together as engine.ts does. */
const underWay = async (ground: Ground, grants: { step: string; power: string }[]) => {
  const { store, clock } = ground;
  const started = await ground.run(await ground.publish(flow, { grants }), {}, { wait: 0 });
  await ground.until(started.id, 'waiting');
  const open = opener(keyring(ground.key));
  const row = await store.in('default').runs.get(started.id);
  if (row === null) throw new Error('no run');
  const flows = new Flows(store, await loadCatalog(fileURLToPath(new URL('../steps', import.meta.url))));
  const target = await flows.live('default', row.flow, 'default');
  if (!target.ok) throw new Error(target.problem.text);
  const live = new Live(row, target.value.compiled);
  for (const chunk of await store.in('default').runs.chunks(row.id, 0, 100)) {
    const text = open.openChunk('default', row.id, chunk.from, chunk.sealed);
    if (text.ok) for (const event of JSON.parse(text.value) as Event[]) live.replay(event);
  }
  const broker = new Broker({
    ledger: { reserve: () => ({ settle: () => undefined }) },
    journal: store.journal,
    now: clock.now,
    lent: () => flows.lent('default', row.flow),
    caller: () => Promise.resolve(null),
    at: () => () => undefined,
    report: (error) => expect.fail(String(error)),
  });
  const learn = (): Promise<void> => Promise.resolve();
  const source = storeSource(
    store,
    (w, id, version, sealed, bound) => {
      const opened = open.openSecret(w, id, version, sealed, bound);
      if (!opened.ok) throw new Error(opened.problem.text);
      return opened.value;
    },
    clock.now,
  );
  const door = doorToNowhere();
  const credentials = new Credentials(
    [source],
    new Tokens({ door, journal: store.journal, now: clock.now, reaches: () => Promise.resolve(true), learn }),
    learn,
    () => true,
  );
  return { live, broker, credentials };
};

test('a step sees a secret only by the power to read it; the power to use it, or that of another step, is not enough', async () => {
  g = await openGround();
  await g.store
    .in('default')
    .secrets.put({ project: 'default', name: 'mine', origins: ['https://a.example'], value: VALUE, owner: 'o', at: 1 });
  const { live, broker, credentials } = await underWay(g, [
    { step: 'see', power: `secret: read mine for code ${CODE}` },
    { step: 'see', power: 'secret: read loose' },
    { step: 'use', power: 'secret: use * for *' },
  ]);
  const show = (step: string, name: string, code = CODE) =>
    credentials.readFor(broker, live, step, undefined, { name, code });
  expect(await show('see', 'mine')).toEqual({ value: VALUE });
  for (const [step, name, code] of [
    ['use', 'mine', CODE],
    ['see', 'other', CODE],
    ['see', 'mine', 'b'.repeat(64)],
    // A grant that names no code shows nothing to any.
    ['see', 'loose', CODE],
  ] as const)
    expect(await show(step, name, code)).toMatchObject({ problem: { code: 'grant.missing' } });
  expect(await show('see', 'no name')).toMatchObject({ problem: {} });
  const { rows } = await g.store.in('default').audit.list({ limit: 10 });
  expect(rows.map(({ action, object, decision, step }) => ({ action, object, decision, step }))).toEqual([
    { action: 'power.secret', object: `secret: read loose for code ${CODE}`, decision: 'deny', step: 'see' },
    { action: 'power.secret', object: `secret: read mine for code ${'b'.repeat(64)}`, decision: 'deny', step: 'see' },
    { action: 'power.secret', object: `secret: read other for code ${CODE}`, decision: 'deny', step: 'see' },
    { action: 'power.secret', object: `secret: read mine for code ${CODE}`, decision: 'deny', step: 'use' },
    { action: 'power.secret', object: `secret: read mine for code ${CODE}`, decision: 'allow', step: 'see' },
  ]);
  expect(JSON.stringify(rows)).not.toContain(VALUE);
});

test('a header that a caller wrote itself, in whatever letter case, gives way to the secret’s', async () => {
  const secret: HeldSecret = {
    id: 'file mine',
    version: '1',
    origins: ['https://a.example'],
    held: { kind: 'api_key', value: VALUE, header: 'X-Api-Key' },
  };
  const source = {
    name: 'file',
    read: () => Promise.resolve(secret),
    all: () => Promise.resolve([{ workspace: 'w', name: 'mine', held: secret.held }]),
  };
  g = await openGround();
  const { journal } = g.store;
  const learn = (): Promise<void> => Promise.resolve();
  const tokens = new Tokens({
    door: doorToNowhere(),
    journal,
    now: g.clock.now,
    reaches: () => Promise.resolve(true),
    learn,
  });
  const credentials = new Credentials([source], tokens, learn, () => true);
  const headers: Record<string, string> = { 'X-API-KEY': 'mine', 'x-api-key': 'mine too', other: 'stays' };
  const of = { workspace: 'w', project: 'p', flow: 'f', environment: 'default' };
  const ask = { ...of, name: 'mine', principal: 'k', run: 'r', step: 's' };
  await credentials.fill(ask, 'https://a.example', headers);
  expect(headers).toEqual({ 'x-api-key': VALUE, other: 'stays' });
});

test('CD4 a secret that was stored a moment ago is used by nobody before the guard hides it', async () => {
  const guard = new KnownValues();
  const held = { kind: 'plain', value: 'stored-a-moment-ago' } as const;
  const secret: HeldSecret = { id: 'file mine', version: '1', origins: ['https://a.example'], held };
  const one = { workspace: 'w', name: 'mine', held };
  const source = { name: 'file', read: () => Promise.resolve(secret), all: () => Promise.resolve([one]) };
  let learned = 0;
  const learn = async (): Promise<void> => {
    learned += 1;
    await guard.learn(await credentials.values());
  };
  g = await openGround();
  const tokens = new Tokens({
    door: doorToNowhere(),
    journal: g.store.journal,
    now: g.clock.now,
    reaches: () => Promise.resolve(true),
    learn,
  });
  const credentials: Credentials = new Credentials([source], tokens, learn, (value) => guard.hides(value));
  expect(guard.redact(held.value)).toBe(held.value);
  expect(await credentials.read('w', 'p', 'mine', 'default')).toBe(secret);
  expect(guard.redact(held.value)).toBe('[secret mine]');
  await credentials.read('w', 'p', 'mine', 'default');
  expect(learned).toBe(1);
});
