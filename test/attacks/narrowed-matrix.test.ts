/**
 * Every route that reads × everybody who is held to a part of a workspace: what lies beyond that part is in no answer, and
 * asked for by its id it was never there. A new route is in it by being a route.
 */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PERMISSIONS, type Permission } from '@headgate/core';
import { type Contract, isStream, permissionOf, ROUTES } from '@headgate/core/api';
import { DRAFT } from '../fixtures/sample.ts';
import { type Answer, startServer, type TestServer } from '../fixtures/server.ts';
import { createToken } from '../fixtures/tokens.ts';
import { askedOf, pathIn, populate, type World } from '../fixtures/world.ts';

const reads = Object.entries<Contract>(ROUTES).filter(
  ([, c]) => c.method === 'GET' && !isStream(c) && permissionOf(c.needs) !== undefined,
);
/** Of the workspace itself, which is the same for everybody in it. */
const isWhole = (c: Contract): boolean => c.path.includes('/workspaces/{id}');
const ALL = PERMISSIONS.filter((one) => one !== 'instance.manage' && one !== 'metrics.read');
/** All but what sees everybody's private flows. */
const PLAIN = ALL.filter((one) => one !== 'workspace.manage');
const TOKEN: readonly Permission[] = ['flow.read', 'flow.write', 'run', 'run.read', 'secret.write', 'audit.read'];
/** Who gives a role has to know those that there are; who reads the trail reads what everybody did. */
const TOLD: Readonly<Record<string, readonly string[]>> = {
  'a member of one project': ['listRoles'],
  'somebody who manages nothing': ['listAudit'],
};

type Person = { readonly headers: Readonly<Record<string, string>>; readonly beyond: readonly World[] };

let server: TestServer;
let near: World;
let afar: World;
/** A private flow of somebody else's in the near project, with a run. */
let hidden: World;
let whole: Person;
const people: Record<string, Person> = {};
const PEOPLE = [
  'a key of one flow',
  'a key of one project',
  'a key of one flow of a member’s',
  'an engine token of one flow',
  'an engine token of one project',
  'a member of one project',
  'somebody who manages nothing',
] as const;

const hide = async (key: string): Promise<World> => {
  const post = async (path: string, body: object): Promise<string> =>
    ((await server.ask('POST', path, { key, body })).json as { id: string }).id;
  const steps = [{ id: 'get', kind: 'set@1', with: { value: 'near' } }];
  const draft = { ...DRAFT, name: 'Flow of hidden', steps };
  const flow = await post('/api/v1/flows', { draft, project: near.project });
  const body = { visibility: 'private' };
  expect((await server.ask('PATCH', `/api/v1/flows/${flow}`, { key, body })).status).toBe(200);
  return { ...near, flow, run: await post(`/api/v1/flows/${flow}/runs`, { draft: true, input: {}, wait: 5 }) };
};

beforeAll(async () => {
  server = await startServer();
  const { plain } = await server.key({ workspace: 'w' });
  near = await populate(server, 'w', plain, 'near');
  afar = await populate(server, 'w', plain, 'afar');
  hidden = await hide((await server.key({ workspace: 'w', user: 'u_hiding', role: 'owner' })).plain);
  const key = async (more: object) => ({
    'x-api-key': (await server.key({ workspace: 'w', permissions: PLAIN, ...more })).plain,
  });
  const token = async (more: object) => ({
    authorization: `Bearer ${(await createToken(server, plain, { permissions: TOKEN, ...more })).token}`,
  });
  const within = await key({ user: 'u_within', role: null });
  const body = { role: 'owner' };
  await server.ask('PUT', `/api/v1/projects/${near.project}/members/u_within`, { key: plain, body });
  const [flow, project] = [{ flows: [near.flow] }, { projects: [near.project] }];
  const made: Readonly<Record<(typeof PEOPLE)[number], Person>> = {
    'a key of one flow': { headers: await key({ ...flow, permissions: ALL }), beyond: [afar, hidden] },
    'a key of one project': { headers: await key(project), beyond: [afar, hidden] },
    'a key of one flow of a member’s': {
      headers: await key({ ...flow, user: 'u_member', role: 'owner' }),
      beyond: [afar, hidden],
    },
    'an engine token of one flow': { headers: await token(flow), beyond: [afar, hidden] },
    'an engine token of one project': { headers: await token(project), beyond: [afar, hidden] },
    'a member of one project': { headers: within, beyond: [afar, hidden] },
    'somebody who manages nothing': { headers: await key({}), beyond: [hidden] },
  };
  Object.assign(people, made);
  whole = { headers: { 'x-api-key': plain }, beyond: [] };
}, 60_000);
afterAll(() => server.close());

const ask = (who: Person | undefined, name: string, contract: Contract, world: World): Promise<Answer> =>
  server.ask('GET', pathIn(contract, world) + askedOf(name, world), { headers: who?.headers ?? {} });

/** What of these things an answer tells. The things of one's own, and what is asked for, are no telling. */
const toldOf = (answer: Answer, beyond: readonly World[]): readonly string[] => {
  const own = new Set(Object.values(near));
  const ids = beyond.flatMap((world) => Object.values(world)).filter((id) => !own.has(id));
  return [...ids, 'of afar', 'of hidden'].filter(
    (text) => answer.text.includes(text) && (text !== 'of afar' || beyond.includes(afar)),
  );
};

describe('AZ-08 AZ-12 what lies beyond the part that somebody is held to', () => {
  test.each(PEOPLE)(
    'AZ-08 AZ-12 is in no answer to %s, and never was there by its id',
    async (name) => {
      const who = people[name];
      const told: unknown[] = [];
      const reached: unknown[] = [];
      let answered = 0;
      for (const [route, c] of reads) {
        const answer = await ask(who, route, c, near);
        if (answer.status === 200) answered += 1;
        const more = TOLD[name]?.includes(route) === true ? [] : toldOf(answer, who?.beyond ?? []);
        if (more.length > 0) told.push([route, more]);
        if (!c.path.includes('{') || isWhole(c)) continue;
        for (const world of who?.beyond ?? []) {
          // Of the private flow there is the flow and its run; the rest is the near one's.
          if (world === hidden && !/\/(flows|runs)\/\{id\}/.test(c.path)) continue;
          const { status } = await ask(who, route, c, world);
          if (status !== 403 && status !== 404) reached.push([route, world === hidden ? 'hidden' : 'afar', status]);
        }
      }
      expect({ told, reached }).toEqual({ told: [], reached: [] });
      // Twin: what is his own he reads.
      expect(answered).toBeGreaterThan(20);
    },
    60_000,
  );

  test.each(PEOPLE)('AZ-08 a run beyond is compared with no run by %s; twin: his own is', async (name) => {
    const who = people[name];
    const against = (run: string): Promise<Answer> =>
      server.ask('GET', `/api/v1/runs/${near.run}/value/differences?step=get&side=out&run=${run}`, {
        headers: who?.headers ?? {},
      });
    const never = await against(`r${'0'.repeat(26)}`);
    for (const { run } of who?.beyond ?? []) {
      const { status, text } = await against(run);
      expect({ status, text }).toEqual({ status: 404, text: never.text });
    }
    expect((await against(near.run)).status).toBe(200);
  });

  test('AZ-08 twin: who is held to nothing is told of all of it by many of these routes', async () => {
    const telling = [];
    for (const [route, c] of reads)
      if (toldOf(await ask(whole, route, c, near), [afar, hidden]).length > 0) telling.push(route);
    expect(telling).toEqual(
      expect.arrayContaining(['listFlows', 'listRuns', 'getOverview', 'listPowers', 'listProjects']),
    );
    expect(telling.length).toBeGreaterThan(15);
  });
});
