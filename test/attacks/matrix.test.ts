/**
 * The matrices, made from the contracts of the routes: every route that names an object × another workspace's object;
 * every field that refers to one × the same; every write schema × the fields the server owns; every route × every role.
 * A new route is in all of them by being a route.
 */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { INSTANCE_PERMISSIONS, PERMISSIONS, ROLE_PERMISSIONS, ROLES } from '@headgate/core';
import { type Contract, isStream, permissionOf, ROUTES } from '@headgate/core/api';
import { bodyOf, fieldsOf, queryOf } from '../fixtures/sample.ts';
import { type Answer, breaches, methodOf, startServer, type TestServer } from '../fixtures/server.ts';
import { belongings, neverWorld, pathIn, askedOf, populate, type World } from '../fixtures/world.ts';

const all = Object.entries<Contract>(ROUTES);
/** Accounts are the instance's and no workspace's: their doors have matrices of their own (accounts.test.ts). */
const ofInstance = (contract: Contract): boolean =>
  contract.path.startsWith('/api/v1/auth/') || contract.path.startsWith('/api/v1/users');
const ofWorkspaces = all.filter(([, contract]) => !ofInstance(contract));
/** What an administrator of the instance says of any workspace, or of it all (quotas, ended-workspaces, door). */
const ofAdministrators = (contract: Contract): boolean =>
  permissionOf(contract.needs) === 'instance.manage' &&
  (contract.path.startsWith('/api/v1/workspaces/') || contract.path.startsWith('/api/v1/instance/'));
/** Routes that name an object in their path, and are not open by a token in it. */
const about = ofWorkspaces.filter(
  ([, contract]) =>
    !ofAdministrators(contract) &&
    contract.path.includes('{') &&
    (permissionOf(contract.needs) !== undefined || contract.path.includes('/public/')),
);
const writes = ofWorkspaces.filter(([, contract]) => contract.bodyKind === 'json');

let server: TestServer;
let alice: { id: string; plain: string };
let bob: { id: string; plain: string };
let hers: World;
let his: World;
let never: World;

beforeAll(async () => {
  server = await startServer();
  alice = await server.key({ workspace: 'alice' });
  bob = await server.key({ workspace: 'bob' });
  hers = await populate(server, 'alice', alice.plain, 'alice');
  his = await populate(server, 'bob', bob.plain, 'bob');
  never = neverWorld(hers);
}, 60_000);
afterAll(() => server.close());

/** All that tells two answers apart; the ids that were asked for read the same. */
const seen = (answer: Answer, world: World): unknown => {
  let { text } = answer;
  for (const [kind, id] of Object.entries(world)) text = text.replaceAll(id, kind);
  const told = Object.entries(answer.headers).filter(([name]) => name !== 'date' && name !== 'keep-alive');
  return { status: answer.status, text, headers: Object.fromEntries(told) };
};

const call = (name: string, contract: Contract, world: World, key: string): Promise<Answer> => {
  const body = bodyOf(name, contract);
  const path = pathIn(contract, world) + askedOf(name, world);
  return server.ask(methodOf(contract), path, { key, ...(body === undefined ? {} : { body }) });
};

/** What a route says that found what it is about: 200, but for one that only says where else to ask. */
const reachedBy = ({ answers }: Contract): number => (200 in answers ? 200 : Number(Object.keys(answers)[0]));

/** Welch's t of two samples of times. */
const welch = (a: readonly number[], b: readonly number[]): number => {
  const of = (times: readonly number[]): readonly [number, number] => {
    const mean = times.reduce((sum, one) => sum + one, 0) / times.length;
    return [mean, times.reduce((sum, one) => sum + (one - mean) ** 2, 0) / (times.length - 1) / times.length];
  };
  const [[meanA, spreadA], [meanB, spreadB]] = [of(a), of(b)];
  return Math.abs(meanA - meanB) / Math.sqrt(spreadA + spreadB);
};

describe('AZ-01 objects of another workspace', () => {
  test.each(about)(
    'AZ-01 %s answers as if it had never been there, on record, and changes nothing',
    async (name, c) => {
      const before = belongings(server.dir, 'alice');
      const { audit } = server.house.store.in('bob');
      const newest = (await audit.list({ limit: 1 })).rows[0]?.id ?? 0;
      const theirs = await call(name, c, hers, bob.plain);
      const nothing = await call(name, c, never, bob.plain);
      expect(theirs.status).toBe(404);
      expect(seen(theirs, hers)).toEqual(seen(nothing, never));
      if (!c.tags.includes('pages')) expect(breaches(c, theirs)).toEqual([]);
      expect(belongings(server.dir, 'alice')).toBe(before);
      if (permissionOf(c.needs) === undefined) return;
      const fresh = (await audit.list({ limit: 10 })).rows.filter((row) => row.id > newest);
      expect(fresh.filter((row) => row.decision === 'deny')).toMatchObject([
        { reason: 'missing', action: name },
        { reason: 'missing', action: name },
      ]);
    },
  );

  test('AZ-01 twin: each of these routes reaches the same kind of object in one’s own workspace', async () => {
    // What needs no permission reaches what is public, and his flow is not: their twins are where public flows are tested.
    // What somebody is asked is shown to nobody else, whatever he holds: its twin is in asks.test.ts.
    const reading = about.filter(
      ([, c]) => c.method === 'GET' && !isStream(c) && permissionOf(c.needs) !== undefined && c !== ROUTES.getAsk,
    );
    expect(reading.length).toBeGreaterThan(10);
    for (const [name, c] of reading) {
      // The secret lies in the project `default`, all the rest in one of its own.
      expect([name, (await call(name, c, his, bob.plain)).status]).toEqual([name, reachedBy(c)]);
    }
  });

  test('AZ-01 what is another’s takes as long as what is nobody’s', async () => {
    const times = new Map<string, [number[], number[]]>(about.map(([name]) => [name, [[], []]]));
    const measure = async (name: string, c: Contract, world: World): Promise<number> => {
      const start = performance.now();
      await call(name, c, world, bob.plain);
      return performance.now() - start;
    };
    for (let round = 0; round < 15; round += 1) {
      for (const [name, c] of about) {
        const [theirs, nothing] = times.get(name) ?? [[], []];
        // Turn and turn about, so that neither is always the first.
        if (round % 2 === 0) theirs.push(await measure(name, c, hers));
        nothing.push(await measure(name, c, never));
        if (round % 2 === 1) theirs.push(await measure(name, c, hers));
      }
    }
    const apart = [...times].map(([name, [a, b]]) => [name, welch(a, b)] as const).filter(([, t]) => t >= 4.5);
    expect(apart).toEqual([]);
  }, 120_000);
});

/** Fields of bodies and queries that refer to another object, with what a foreign one is written as. */
const REFERS: Readonly<Record<string, (world: World) => unknown>> = {
  project: (world) => world.project,
  projects: (world) => [{ project: world.project, role: 'viewer' }],
  users: (world) => [world.user],
  to: (world) => world.user,
  successor: (world) => world.user,
  role: (world) => world.role,
  flow: (world) => world.flow,
  run: (world) => world.run,
};

describe('AZ-01 references to objects of another workspace, in bodies and queries', () => {
  const inBody = writes.flatMap(([name, c]) =>
    // Who administrates the instance names accounts, which are the instance's: he lists them all.
    permissionOf(c.needs) === undefined || permissionOf(c.needs) === 'instance.manage'
      ? []
      : fieldsOf(c)
          .filter((field) => Object.hasOwn(REFERS, field))
          .map((field) => [name, field, c] as const),
  );
  const inQuery = all.flatMap(([name, c]) =>
    queryOf(c)
      .filter((field) => Object.hasOwn(REFERS, field))
      .map((field) => [name, field, c] as const),
  );

  test.each(inBody)(
    'AZ-01 %s with a foreign `%s` in its body answers as with one that never was',
    async (name, field, c) => {
      const before = belongings(server.dir, 'alice');
      const ask = (world: World): Promise<Answer> => {
        // A list of projects is a list of ids for keys, and of places for invitations.
        const value = name === 'invite' || field !== 'projects' ? REFERS[field]?.(world) : [world.project];
        const body = { ...bodyOf(name, c), [field]: value };
        return server.ask(methodOf(c), pathIn(c, his), { key: bob.plain, body });
      };
      const [theirs, nothing] = [await ask(hers), await ask(never)];
      if (theirs.status > 299) expect(seen(theirs, hers)).toEqual(seen(nothing, never));
      else expect([theirs.status, theirs.text.length]).toEqual([nothing.status, nothing.text.length]);
      expect(belongings(server.dir, 'alice')).toBe(before);
    },
  );

  test.each(inQuery)(
    'AZ-01 %s with a foreign `%s` in its query answers as with one that never was',
    async (name, field, c) => {
      const ask = (world: World): Promise<Answer> => {
        const value = String(REFERS[field]?.(world));
        return server.ask(methodOf(c), `${pathIn(c, his)}?${field}=${encodeURIComponent(value)}`, { key: bob.plain });
      };
      const [theirs, nothing] = [await ask(hers), await ask(never)];
      expect([name, seen(theirs, hers)]).toEqual([name, seen(nothing, never)]);
    },
  );
});

describe('AZ-12 lists', () => {
  test('AZ-12 API-07 no route that lists shows anything of another workspace', async () => {
    const carol = await server.key({ workspace: 'carol' });
    // The way back from a service finishes what one's own session began, and lists nothing (connecting.test.ts).
    const lists = ofWorkspaces.filter(
      ([, c]) =>
        c !== ROUTES.connectBack &&
        // One value by its key: no list, and not there for who has none under it (gateway/tables.test.ts).
        c !== ROUTES.getKeyValue &&
        c.method === 'GET' &&
        !isStream(c) &&
        !c.path.includes('{') &&
        permissionOf(c.needs) !== undefined,
    );
    expect(lists.length).toBeGreaterThan(12);
    for (const [name, c] of lists) {
      const [mine, theirs] = await Promise.all(
        [alice, carol].map(({ plain }) => server.ask('GET', c.path + askedOf(name, hers), { key: plain })),
      );
      expect([name, theirs?.status]).toEqual([name, reachedBy(c)]);
      // Who asks after what is not there is on record under his own name; that is no sight of it.
      const text = (theirs?.text ?? '').replaceAll(/"object": ?"[^"]*"/g, '');
      if (name !== 'listAllWorkspaces' && name !== 'listUsage')
        for (const [kind, id] of Object.entries(hers))
          expect([name, kind, text.includes(id)]).toEqual([name, kind, false]);
      expect(mine?.status).toBe(reachedBy(c));
    }
  });
});

/** What the server sets, and no schema declares. */
const OWNED: Readonly<Record<string, unknown>> = {
  workspace: 'bob',
  tenant: 'bob',
  owner: 'u_bob',
  by: 'u_bob',
  user: 'u_bob',
  grantor: 'u_bob',
  created: 1,
  updated: 1,
  hash: 'x',
  used: 1,
  revoked: null,
  accepted: 1,
  id: 'mine',
  builtIn: true,
  deployed: true,
  public: true,
};
/**
 * A message of JSON-RPC has an id, which its sender chooses, and which is that of nothing here. `user` of clients of OpenAI is what they
 * call a user of their own, and names nobody here.
 */
const ownedIn = (contract: Contract): Readonly<Record<string, unknown>> => {
  const { id, ...rest } = OWNED;
  if (contract.tags.includes('openai')) {
    const { user: _, ...others } = OWNED;
    return others;
  }
  return contract.tags.includes('mcp') ? rest : { ...rest, id };
};
describe('AZ-03 mass assignment', () => {
  test.each(writes)(
    'AZ-03 %s refuses every field the server owns, naming each, and changes nothing',
    async (name, c) => {
      const owned = ownedIn(c);
      expect(fieldsOf(c).filter((field) => Object.hasOwn(owned, field))).toEqual([]);
      const before = belongings(server.dir, 'bob');
      const body = { ...bodyOf(name, c), ...owned };
      const answer = await server.ask(methodOf(c), pathIn(c, his), { key: bob.plain, body });
      expect(answer.status).toBe(422);
      const { problems } = answer.json as { problems: { code: string; at: { field: string } }[] };
      const named = problems.filter((one) => one.code === 'field.unknown').map((one) => one.at.field);
      expect(named.toSorted()).toEqual(Object.keys(owned).toSorted());
      expect(belongings(server.dir, 'bob')).toBe(before);
    },
  );
});

const kindOf = (value: unknown): string => (Array.isArray(value) ? 'list' : value === null ? 'null' : typeof value);

describe('API-09 other types', () => {
  /** Fields that take any JSON, each judged by whom it is for. */
  const free = new Set(['input', 'body', 'answer', 'params', 'result', 'error']);

  test.each(writes)('API-09 %s refuses every other type where it expects its own', async (name, c) => {
    const before = belongings(server.dir, 'bob');
    const body = bodyOf(name, c) ?? {};
    const path = pathIn(c, his);
    const ask = (sent: unknown): Promise<Answer> => server.ask(methodOf(c), path, { key: bob.plain, body: sent });
    for (const field of Object.keys(body).filter(
      (one) => !free.has(one) && !(name === 'checkFlow' && one === 'draft'),
    )) {
      for (const wrong of [null, [], {}, 5, true, '', [null], { toString: 1 }]) {
        if (c.body.safeParse({ ...body, [field]: wrong }).success && field !== 'draft') continue;
        if (kindOf(wrong) === kindOf(body[field]) && wrong !== '') continue;
        const answer = await ask({ ...body, [field]: wrong });
        expect([field, wrong, answer.status]).toEqual([field, wrong, 422]);
      }
    }
    for (const whole of [[], 'text', 5, null, true]) expect((await ask(JSON.stringify(whole))).status).toBe(422);
    expect(belongings(server.dir, 'bob')).toBe(before);
  });
});

describe('AZ-05 every route by every role', () => {
  const guarded = all.filter(([, c]) => permissionOf(c.needs) !== undefined);
  test.each(ROLES)(
    'AZ-05 a member with the role %s passes where the role holds the permission, and nowhere else',
    async (role) => {
      const key = (await server.key({ workspace: 'bob', user: `u_role_${role}`, role })).plain;
      const held = new Set<string>(ROLE_PERMISSIONS[role]);
      const before = belongings(server.dir, 'bob');
      const none = neverWorld(his);
      let refused = 0;
      let written = 0;
      for (const [name, c] of guarded) {
        const permission = permissionOf(c.needs) ?? '';
        if (held.has(permission)) {
          // A stream of one's own has no end.
          if (isStream(c) && !c.path.includes('{')) continue;
          // Of what is not there, so that nothing changes; reading reads what is there.
          if (!c.path.includes('{') && c.method !== 'GET') {
            // A write that names no object: let in, and refused for a parameter that nobody knows, before anything is done.
            const body = bodyOf(name, c);
            const sent = { key, ...(body === undefined ? {} : { body }) };
            const answer = await server.ask(methodOf(c), `${pathIn(c, his)}?nobodys=1`, sent);
            expect([name, answer.status, (answer.json as { code?: string }).code]).toEqual([
              name,
              422,
              'input.invalid',
            ]);
            written += 1;
            continue;
          }
          const answer = await call(name, c, c.method === 'GET' && !isStream(c) ? his : none, key);
          expect([name, answer.status === 403 || answer.status === 401]).toEqual([name, false]);
          continue;
        }
        const answer = await call(name, c, his, key);
        expect([name, answer.status, (answer.json as { code?: string }).code]).toEqual([
          name,
          403,
          'permission.missing',
        ]);
        refused += 1;
      }
      expect(belongings(server.dir, 'bob')).toBe(before);
      const mine = guarded.filter(([, c]) => held.has(permissionOf(c.needs) ?? ''));
      expect(written).toBe(mine.filter(([, c]) => !c.path.includes('{') && c.method !== 'GET').length);
      expect(refused).toBe(guarded.filter(([, c]) => !held.has(permissionOf(c.needs) ?? '')).length);
    },
  );

  test('no role of a workspace reaches what concerns the instance', () => {
    const instance = guarded.filter(([, c]) => INSTANCE_PERMISSIONS.has(permissionOf(c.needs) ?? 'run'));
    expect(instance.map(([name]) => name)).toContain('breakGlass');
    for (const role of ROLES)
      for (const [, c] of instance) expect(ROLE_PERMISSIONS[role]).not.toContain(permissionOf(c.needs));
  });

  test('the keys used above hold every permission, so that no 404 or 422 is a 403 in disguise', async () => {
    for (const [workspace, { id }] of [
      ['alice', alice],
      ['bob', bob],
    ] as const) {
      const held = (await server.house.store.in(workspace).keys.get(id))?.permissions ?? [];
      expect([...held].toSorted()).toEqual([...PERMISSIONS].toSorted());
    }
  });
});

test('how many cells the matrices have', () => {
  const cells = {
    objects: about.length,
    owned: writes.reduce((sum, [, c]) => sum + Object.keys(ownedIn(c)).length, 0),
    roles: all.filter(([, c]) => permissionOf(c.needs) !== undefined).length * ROLES.length,
  };
  expect(cells.objects).toBeGreaterThanOrEqual(40);
  expect(cells.owned).toBeGreaterThan(300);
  expect(cells.roles).toBeGreaterThan(250);
});
