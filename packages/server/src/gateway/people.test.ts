import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PERMISSIONS } from '@headgate/core';
import { ROUTES } from '@headgate/core/api';
import { breaches, startServer, type Answer, type TestServer } from '../../../../test/fixtures/server.ts';
import { putAccount } from '../store/testing/kit.ts';

let server: TestServer;
/** Keys of people of one workspace, by role. */
const keys: Record<string, string> = {};
const W = 'people';

const ask = (who: string, method: string, path: string, body?: unknown): Promise<Answer> =>
  server.ask(method, `/api/v1/${path}`, { key: keys[who] ?? '', ...(body === undefined ? {} : { body }) });
const codeOf = (answer: Answer): unknown => (answer.json as { code?: string }).code ?? answer.status;
const idOf = (answer: Answer): string => (answer.json as { id: string }).id;
const draft = { headgate: 1, name: 'Of a person', steps: [{ id: 'a', kind: 'set@1', with: { value: 1 } }] };

beforeAll(async () => {
  server = await startServer();
  for (const role of ['owner', 'admin', 'editor', 'operator', 'viewer'] as const)
    keys[role] = (await server.key({ workspace: W, user: `u_${role}`, role })).plain;
});
afterAll(() => server.close());

describe('members and roles', () => {
  test('AZ-05 nobody gives, changes or takes a role that holds more than his own', async () => {
    expect(codeOf(await ask('admin', 'PUT', 'members/u_viewer', { role: 'owner' }))).toBe('role.beyond');
    expect(codeOf(await ask('admin', 'PUT', 'members/u_admin', { role: 'owner' }))).toBe('role.beyond');
    expect(codeOf(await ask('admin', 'PUT', 'members/u_owner', { role: 'viewer' }))).toBe('role.beyond');
    expect(codeOf(await ask('admin', 'DELETE', 'members/u_owner'))).toBe('role.beyond');
    expect(codeOf(await ask('admin', 'POST', 'invitations', { email: 'x@example.com', role: 'owner' }))).toBe(
      'role.beyond',
    );
    expect(codeOf(await ask('admin', 'POST', 'roles', { name: 'More', permissions: ['workspace.manage'] }))).toBe(
      'role.beyond',
    );
    expect((await ask('admin', 'POST', 'roles', { name: 'All', permissions: ['instance.manage'] })).status).toBe(422);
    expect(codeOf(await ask('editor', 'PUT', 'members/u_viewer', { role: 'viewer' }))).toBe('permission.missing');
    // Twin: what one holds one may give.
    expect((await ask('admin', 'PUT', 'members/u_viewer', { role: 'admin' })).status).toBe(204);
    expect((await ask('owner', 'PUT', 'members/u_viewer', { role: 'viewer' })).status).toBe(204);
  });

  test('ME1 the last owner stays, by whatever way', async () => {
    expect(codeOf(await ask('owner', 'PUT', 'members/u_owner', { role: 'viewer' }))).toBe('member.last_owner');
    expect(codeOf(await ask('owner', 'DELETE', 'members/u_owner'))).toBe('member.last_owner');
    expect((await ask('owner', 'PUT', 'members/u_owner', { role: 'owner' })).status).toBe(204);
  });

  test('AZ-10 a role that changes holds for the next call, by a role of the workspace’s own too', async () => {
    const made = await ask('owner', 'POST', 'roles', { name: 'Writers', permissions: ['flow.read', 'flow.write'] });
    expect(breaches(ROUTES.createRole, made)).toEqual([]);
    expect(codeOf(await ask('owner', 'POST', 'roles', { name: 'Writers', permissions: ['run'] }))).toBe('name.taken');
    expect(codeOf(await ask('viewer', 'POST', 'flows', { draft }))).toBe('permission.missing');
    expect((await ask('owner', 'PUT', 'members/u_viewer', { role: idOf(made) })).status).toBe(204);
    expect((await ask('viewer', 'POST', 'flows', { draft })).status).toBe(201);
    const path = `roles/${idOf(made)}`;
    expect(codeOf(await ask('owner', 'DELETE', path))).toBe('role.used');
    expect((await ask('owner', 'PATCH', path, { permissions: ['flow.read'] })).status).toBe(200);
    expect(codeOf(await ask('viewer', 'POST', 'flows', { draft }))).toBe('permission.missing');
    expect((await ask('owner', 'PUT', 'members/u_viewer', { role: 'viewer' })).status).toBe(204);
    expect((await ask('owner', 'DELETE', path)).status).toBe(204);
    expect(codeOf(await ask('owner', 'PUT', 'members/u_viewer', { role: idOf(made) }))).toBe('role.unknown');
  });

  test('an invitation gives what it says, once, and shows its token once', async () => {
    const made = await ask('admin', 'POST', 'invitations', { email: 'New@Example.com', role: 'operator' });
    expect(breaches(ROUTES.invite, made)).toEqual([]);
    const { token, email } = made.json as { token: string; email: string };
    expect([email, token]).toEqual(['new@example.com', expect.stringMatching(/^hgi_[\w-]{43}$/)]);
    expect((await ask('admin', 'GET', 'invitations')).text).not.toContain(token);
    const { invitations, credentials, directory } = server.house.store;
    for (const id of ['u_new', 'u_eve']) putAccount(server.dir, id);
    expect(await invitations.accept(credentials.hashInvitation(token), 'u_new', Date.now())).toBe(true);
    expect(await invitations.accept(credentials.hashInvitation(token), 'u_eve', Date.now())).toBe(false);
    expect((await directory.user(W, 'u_new'))?.permissions).toContain('run');
    const other = await ask('admin', 'POST', 'invitations', { email: 'b@example.com' });
    expect((await ask('admin', 'DELETE', `invitations/${idOf(other)}`)).status).toBe(204);
    expect((await ask('admin', 'DELETE', `invitations/${idOf(other)}`)).status).toBe(404);
  });
});

describe('projects and groups', () => {
  test('AZ-08 who holds a role in one project sees and reaches that project alone, in every list', async () => {
    const [one, two] = [
      idOf(await ask('admin', 'POST', 'projects', { name: 'One' })),
      idOf(await ask('admin', 'POST', 'projects', { name: 'Two' })),
    ];
    keys['guest'] = (await server.key({ workspace: W, user: 'u_guest', role: null })).plain;
    expect(codeOf(await ask('guest', 'GET', 'flows'))).toBe('permission.missing');
    const group = idOf(await ask('admin', 'POST', 'groups', { name: 'Guests', users: ['u_guest'] }));
    expect((await ask('admin', 'PUT', `projects/${one}/members/${group}`, { role: 'editor' })).status).toBe(204);
    const mine = await ask('guest', 'POST', 'flows', { draft, project: one });
    expect(mine.status).toBe(201);
    const theirs = idOf(await ask('editor', 'POST', 'flows', { draft, project: two }));
    expect(codeOf(await ask('guest', 'POST', 'flows', { draft, project: two }))).toBe('missing');
    expect(codeOf(await ask('guest', 'POST', 'flows', { draft }))).toBe('permission.missing');
    expect(codeOf(await ask('guest', 'GET', `flows/${theirs}`))).toBe('missing');
    const { flows } = (await ask('guest', 'GET', 'flows')).json as { flows: { id: string }[] };
    expect(flows.map((flow) => flow.id)).toEqual([idOf(mine)]);
    const { projects } = (await ask('guest', 'GET', 'projects')).json as { projects: { id: string }[] };
    expect(projects.map((project) => project.id)).toEqual([one]);
    for (const path of ['members', 'groups', 'keys', 'audit'])
      expect(codeOf(await ask('guest', 'GET', path)), path).toBe('permission.missing');
    const secret = { name: 'token', value: 'a secret of project one', project: one };
    expect((await ask('guest', 'PUT', 'secrets', secret)).status).toBe(200);
    expect((await ask('guest', 'GET', `secrets?project=${one}`)).text).toContain('"token"');
    expect(codeOf(await ask('guest', 'GET', `secrets?project=${two}`))).toBe('missing');
    expect((await ask('admin', 'GET', 'secrets')).text).not.toContain('"token"');
    expect(codeOf(await ask('admin', 'DELETE', `projects/${one}`))).toBe('project.used');
    // Twin: who holds a role everywhere sees both.
    expect((await ask('viewer', 'GET', `flows/${theirs}`)).status).toBe(200);
    // And the group's role goes with the group, at once.
    expect((await ask('admin', 'DELETE', `groups/${group}`)).status).toBe(204);
    expect(codeOf(await ask('guest', 'GET', `flows/${idOf(mine)}`))).toBe('permission.missing');
  });

  test('AZ-05 nobody gets into a group that holds more than he does', async () => {
    const project = idOf(await ask('owner', 'POST', 'projects', { name: 'Guarded' }));
    const role = idOf(
      await ask('owner', 'POST', 'roles', { name: 'Staff', permissions: ['flow.read', 'member.manage'] }),
    );
    keys['staff'] = (await server.key({ workspace: W, user: 'u_staff', role })).plain;
    const group = idOf(await ask('owner', 'POST', 'groups', { name: 'Editors' }));
    expect((await ask('owner', 'PUT', `projects/${project}/members/${group}`, { role: 'editor' })).status).toBe(204);
    expect(codeOf(await ask('staff', 'PATCH', `groups/${group}`, { users: ['u_staff'] }))).toBe('role.beyond');
    expect(codeOf(await ask('staff', 'PUT', `projects/${project}/members/u_staff`, { role: 'editor' }))).toBe(
      'role.beyond',
    );
    expect((await ask('owner', 'PATCH', `groups/${group}`, { users: ['u_staff'] })).status).toBe(200);
    expect((await ask('staff', 'POST', 'flows', { draft, project })).status).toBe(201);
  });
});

describe('who sees a flow', () => {
  test('AZ-08 a private flow is there for its owner and who manages the workspace, and for nobody else', async () => {
    const flow = idOf(await ask('editor', 'POST', 'flows', { draft }));
    await ask('editor', 'POST', `flows/${flow}/publish`, {});
    const run = await ask('operator', 'POST', `flows/${flow}/runs`, { input: {}, wait: 5 });
    expect(run.status).toBe(200);
    expect(codeOf(await ask('admin', 'PATCH', `flows/${flow}`, { visibility: 'private' }))).toBe('permission.missing');
    const hidden = await ask('editor', 'PATCH', `flows/${flow}`, { visibility: 'private' });
    expect([hidden.status, (hidden.json as { visibility: string }).visibility]).toEqual([200, 'private']);
    for (const who of ['admin', 'operator', 'viewer']) {
      const never = await ask(who, 'GET', 'flows/flow_never');
      expect((await ask(who, 'GET', `flows/${flow}`)).text).toBe(never.text);
      expect((await ask(who, 'GET', 'flows')).text, who).not.toContain(flow);
      expect((await ask(who, 'GET', 'runs')).text, who).not.toContain(idOf(run));
      for (const path of ['', '/journal', '/events'])
        expect((await ask(who, 'GET', `runs/${idOf(run)}${path}`)).status, who).toBe(404);
    }
    expect(codeOf(await ask('operator', 'POST', `flows/${flow}/runs`, { input: {} }))).toBe('missing');
    for (const who of ['editor', 'owner']) {
      expect((await ask(who, 'GET', `flows/${flow}`)).status, who).toBe(200);
      expect((await ask(who, 'GET', 'runs')).text, who).toContain(idOf(run));
    }
    // Its runs stay private when it is gone.
    expect((await ask('editor', 'DELETE', `flows/${flow}`)).status).toBe(204);
    expect((await ask('viewer', 'GET', `runs/${idOf(run)}`)).status).toBe(404);
    expect((await ask('viewer', 'GET', 'runs')).text).not.toContain(idOf(run));
    expect((await ask('editor', 'GET', `runs/${idOf(run)}`)).status).toBe(200);
  });

  test('sharing is a permission of its own, and opens a flow to the other projects for reading and running', async () => {
    const project = idOf(await ask('owner', 'POST', 'projects', { name: 'Shared from' }));
    const other = idOf(await ask('owner', 'POST', 'projects', { name: 'Shared to' }));
    keys['mate'] = (await server.key({ workspace: W, user: 'u_mate', role: null })).plain;
    await ask('owner', 'PUT', `projects/${other}/members/u_mate`, { role: 'editor' });
    const flow = idOf(await ask('editor', 'POST', 'flows', { draft, project }));
    await ask('editor', 'POST', `flows/${flow}/publish`, {});
    expect((await ask('mate', 'GET', `flows/${flow}`)).status).toBe(404);
    for (const visibility of ['workspace', 'public'])
      expect(codeOf(await ask('editor', 'PATCH', `flows/${flow}`, { visibility }))).toBe('permission.missing');
    expect((await ask('admin', 'PATCH', `flows/${flow}`, { visibility: 'workspace' })).status).toBe(200);
    expect((await ask('mate', 'GET', 'flows')).text).toContain(flow);
    const run = await ask('mate', 'POST', `flows/${flow}/runs`, { input: {}, wait: 5 });
    expect(run.status).toBe(200);
    expect((await ask('mate', 'GET', 'runs')).text).toContain(idOf(run));
    for (const [method, path, body] of [
      ['PATCH', `flows/${flow}`, { name: 'Mine' }],
      ['DELETE', `flows/${flow}`, undefined],
      ['POST', `flows/${flow}/publish`, {}],
      ['POST', `runs/${idOf(run)}/cancel`, {}],
    ] as const)
      expect(codeOf(await ask('mate', method, path, body)), path).toBe('permission.missing');
  });

  test('a flow is given away by its owner or who manages members, to somebody who may have it', async () => {
    const flow = idOf(await ask('editor', 'POST', 'flows', { draft }));
    const path = `flows/${flow}/transfer`;
    expect(codeOf(await ask('editor', 'POST', path, { to: 'u_viewer' }))).toBe('member.unfit');
    expect(codeOf(await ask('editor', 'POST', path, { to: 'u_nobody' }))).toBe('member.unfit');
    expect(((await ask('editor', 'POST', path, { to: 'u_admin' })).json as { owner: string }).owner).toBe('u_admin');
    expect(codeOf(await ask('editor', 'POST', path, { to: 'u_editor' }))).toBe('permission.missing');
    expect((await ask('admin', 'POST', path, { to: 'u_editor' })).status).toBe(200);
  });
});

describe('flows that move to another project', () => {
  const asks = {
    ...draft,
    steps: [{ id: 'get', kind: 'http.request@1', with: { method: 'GET', url: 'https://{{ input.host }}/' } }],
  };
  const projectOf = async (flow: string): Promise<unknown> =>
    ((await ask('owner', 'GET', `flows/${flow}`)).json as { project: string }).project;

  test('AZ-05 it takes the right to write in both, and what was lent or promoted in the old one ends', async () => {
    const [from, to] = [
      idOf(await ask('owner', 'POST', 'projects', { name: 'From' })),
      idOf(await ask('owner', 'POST', 'projects', { name: 'To' })),
    ];
    const flow = idOf(await ask('owner', 'POST', 'flows', { draft: asks, project: from }));
    expect((await ask('owner', 'POST', `flows/${flow}/publish`, { grant: 'needed' })).status).toBe(201);
    const path = `flows/${flow}/move`;
    // Somebody who writes in one of the two alone, either way round.
    const place = async (project: string, role: string | null): Promise<void> => {
      const at = `projects/${project}/members/u_half`;
      const { status } = await (role === null ? ask('owner', 'DELETE', at) : ask('owner', 'PUT', at, { role }));
      expect(status).toBe(204);
    };
    keys['half'] = (await server.key({ workspace: W, user: 'u_half', role: null })).plain;
    await place(from, 'editor');
    expect(codeOf(await ask('half', 'POST', path, { project: to }))).toBe('missing');
    await place(to, 'viewer');
    expect(codeOf(await ask('half', 'POST', path, { project: to }))).toBe('permission.missing');
    await place(to, 'editor');
    await place(from, 'viewer');
    expect(codeOf(await ask('half', 'POST', path, { project: to }))).toBe('permission.missing');
    await place(from, null);
    expect(codeOf(await ask('half', 'POST', path, { project: to }))).toBe('missing');
    const bound = (await server.key({ workspace: W, projects: [from] })).plain;
    const single = (await server.key({ workspace: W, flows: [flow] })).plain;
    for (const key of [bound, single])
      expect((await server.ask('POST', `/api/v1/${path}`, { key, body: { project: to } })).status).toBeGreaterThan(402);
    expect(codeOf(await ask('owner', 'POST', path, { project: 'p_never' }))).toBe('missing');
    expect(await projectOf(flow)).toBe(from);
    const grants = async (): Promise<number> => (await server.house.store.in(W).grants.list(flow)).length;
    const lent = await grants();
    expect(lent).toBeGreaterThan(0);

    // Twin: who may write in both.
    await place(from, 'editor');
    const moved = await ask('half', 'POST', path, { project: to });
    expect(breaches(ROUTES.moveFlow, moved)).toEqual([]);
    expect(moved).toMatchObject({ status: 200, json: { id: flow, project: to, taken: lent } });
    expect([await projectOf(flow), await grants()]).toEqual([to, 0]);
    const trail = (await server.house.store.in(W).audit.list({ limit: 20 })).rows;
    expect(
      trail.filter(
        (row) => row.action === 'moveFlow' && row.decision === 'allow' && row.object === `${flow} project=${to}`,
      ),
    ).not.toEqual([]);
    const run = await ask('owner', 'POST', `flows/${flow}/runs`, { input: { host: 'a.example' }, wait: 5 });
    expect(run.text).toContain('grant.missing');
  });

  test('AZ-05 a flow that is shared needs the right to share in the place it goes to', async () => {
    const to = idOf(await ask('owner', 'POST', 'projects', { name: 'Quiet' }));
    const flow = idOf(await ask('owner', 'POST', 'flows', { draft }));
    expect((await ask('owner', 'PATCH', `flows/${flow}`, { visibility: 'workspace' })).status).toBe(200);
    const permissions = PERMISSIONS.filter((one) => one !== 'flow.share');
    const weak = (await server.key({ workspace: W, permissions })).plain;
    const path = `/api/v1/flows/${flow}/move`;
    const refused = await server.ask('POST', path, { key: weak, body: { project: to } });
    expect(codeOf(refused)).toBe('permission.missing');
    expect((await ask('owner', 'PATCH', `flows/${flow}`, { visibility: 'project' })).status).toBe(200);
    expect((await server.ask('POST', path, { key: weak, body: { project: to } })).status).toBe(200);
  });
});

describe('administrators of the instance', () => {
  test('AZ-12 they see that a workspace is there, and look into it only by breaking the glass, on record there', async () => {
    const root = (await server.key({ workspace: 'default', permissions: PERMISSIONS })).plain;
    const call = (method: string, path: string, body?: unknown, key = root): Promise<Answer> =>
      server.ask(method, `/api/v1/${path}`, { key, ...(body === undefined ? {} : { body }) });
    putAccount(server.dir, 'u_tenant');
    const made = await call('POST', 'workspaces', { name: 'Tenant', to: 'u_tenant' });
    const tenant = idOf(made);
    expect((await server.house.store.directory.user(tenant, 'u_tenant'))?.permissions).toContain('workspace.manage');
    const theirs = (await server.key({ workspace: tenant, user: 'u_tenant' })).plain;
    const flow = idOf(await call('POST', 'flows', { draft }, theirs));
    expect((await call('GET', 'instance/workspaces')).text).toContain(tenant);
    expect((await call('GET', `flows/${flow}`)).status).toBe(404);
    expect((await ask('owner', 'GET', 'instance/workspaces')).status).toBe(403);
    const wish = { into: tenant, reason: 'their ticket of this morning', minutes: 15 };
    expect(codeOf(await ask('owner', 'POST', 'instance/break-glass', wish))).toBe('permission.missing');
    expect((await call('POST', 'instance/break-glass', { ...wish, into: 'w_never' })).status).toBe(404);
    expect((await call('POST', 'instance/break-glass', { ...wish, minutes: 600 })).status).toBe(422);
    const glass = await call('POST', 'instance/break-glass', wish);
    expect(breaches(ROUTES.breakGlass, glass)).toEqual([]);
    const { key } = glass.json as { key: string };
    expect((await call('GET', `flows/${flow}`, undefined, key)).status).toBe(200);
    expect((await call('PATCH', `flows/${flow}`, { name: 'Mine' }, key)).status).toBe(403);
    expect((await call('POST', `flows/${flow}/runs`, { draft: true, input: {} }, key)).status).toBe(403);
    expect((await call('GET', 'secrets', undefined, key)).status).toBe(403);
    const trail = await call('GET', 'audit', undefined, theirs);
    expect(trail.text).toContain('15 minutes: their ticket of this morning');
    expect((await call('GET', 'audit')).text).toContain('breakGlass');
    expect((await call('GET', 'keys', undefined, theirs)).text).toContain('Administrator of the instance');
    server.later(16 * 60_000);
    expect((await call('GET', `flows/${flow}`, undefined, key)).status).toBe(401);
  });
});
