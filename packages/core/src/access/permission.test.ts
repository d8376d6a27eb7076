import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { holdsSomewhere, may, PERMISSIONS, type Permission, type Principal, type Thing } from './permission.ts';
import { INSTANCE_PERMISSIONS, ROLE_PERMISSIONS, ROLES } from './role.ts';
import { VISIBILITIES } from './visibility.ts';

const user = (more: Partial<Principal> = {}): Principal => ({
  kind: 'user',
  id: 's1',
  user: 'ann',
  workspace: 'w',
  permissions: [],
  ...more,
});
const thing = (more: Partial<Thing> = {}): Thing => ({ workspace: 'w', project: 'p', flow: 'f', ...more });
const viewerIn = (project: string): Principal => user({ inProjects: new Map([[project, ROLE_PERMISSIONS.viewer]]) });

describe('may', () => {
  test('AZ-01 nobody reaches another workspace, whatever they hold', () => {
    const who = user({ permissions: PERMISSIONS });
    expect(may(who, 'flow.read', thing())).toBe(true);
    expect(may(who, 'flow.read', thing({ workspace: 'v' }))).toBe(false);
  });

  test('a role in one project counts in that project alone', () => {
    expect(may(viewerIn('p'), 'flow.read', thing())).toBe(true);
    expect(may(viewerIn('q'), 'flow.read', thing())).toBe(false);
    expect(may(viewerIn('p'), 'flow.write', thing())).toBe(false);
  });

  test('a flow shared with the workspace is read and run from other projects, and changed by none of them', () => {
    const editor = user({ inProjects: new Map([['q', ROLE_PERMISSIONS.editor]]) });
    const shared = thing({ visibility: 'workspace' });
    expect([may(editor, 'flow.read', shared), may(editor, 'run', shared)]).toEqual([true, true]);
    expect(may(viewerIn('q'), 'run', shared)).toBe(false);
    for (const permission of ['flow.write', 'flow.publish', 'grant.give', 'run.cancel'] as const)
      expect(may(editor, permission, shared)).toBe(false);
  });

  test('a private flow is its owner’s, and who manages the workspace reaches it', () => {
    const admin = user({ user: 'bob', permissions: ROLE_PERMISSIONS.admin });
    const owner = user({ user: 'bob', permissions: ROLE_PERMISSIONS.owner });
    const ann = user({ permissions: ROLE_PERMISSIONS.editor });
    const hers = thing({ owner: 'ann', visibility: 'private' });
    expect([may(ann, 'flow.read', hers), may(admin, 'flow.read', hers), may(owner, 'flow.read', hers)]).toEqual([
      true,
      false,
      true,
    ]);
  });

  test('a visitor runs what is public and does nothing else', () => {
    const visitor: Principal = { kind: 'visitor', id: 'v', workspace: 'w', permissions: PERMISSIONS };
    for (const visibility of VISIBILITIES)
      expect(may(visitor, 'run', thing({ visibility }))).toBe(visibility === 'public');
    for (const permission of PERMISSIONS.filter((one) => one !== 'run'))
      expect(may(visitor, permission, thing({ visibility: 'public' }))).toBe(false);
  });

  test('AZ-08 a narrowed principal reaches what its scope names, and nothing that names no flow or project', () => {
    const who = user({ permissions: PERMISSIONS, projects: ['p'], flows: ['f'] });
    expect(may(who, 'run', thing())).toBe(true);
    expect(may(who, 'run', thing({ flow: 'g' }))).toBe(false);
    expect(may(who, 'run', thing({ project: 'q' }))).toBe(false);
    expect(may(who, 'key.manage', { workspace: 'w' })).toBe(false);
  });

  test('narrowing and losing permissions never give anything', () => {
    const some = fc.subarray([...PERMISSIONS]);
    const place = fc.record({
      workspace: fc.constantFrom('w', 'v'),
      project: fc.constantFrom('p', 'q'),
      flow: fc.constantFrom('f', 'g'),
      owner: fc.constantFrom('ann', 'bob'),
      visibility: fc.constantFrom(...VISIBILITIES),
    });
    fc.assert(
      fc.property(some, some, some, place, fc.constantFrom(...PERMISSIONS), (a, b, inP, at, permission) => {
        const wide = user({ permissions: [...new Set([...a, ...b])], inProjects: new Map([['p', inP]]) });
        const less = { ...wide, permissions: a };
        if (may(less, permission, at)) expect(may(wide, permission, at)).toBe(true);
        if (may({ ...wide, projects: ['p'], flows: ['f'] }, permission, at))
          expect(may(wide, permission, at)).toBe(true);
        if (may(wide, permission, at)) expect(holdsSomewhere(wide, permission)).toBe(true);
      }),
    );
  });
});

test('each role holds all that the one below it holds, and none what concerns the instance', () => {
  let below: readonly Permission[] = [];
  for (const role of ROLES) {
    const held = ROLE_PERMISSIONS[role];
    expect(below.every((permission) => held.includes(permission))).toBe(true);
    expect(held.length).toBeGreaterThan(below.length);
    expect(held.filter((permission) => INSTANCE_PERMISSIONS.has(permission))).toEqual([]);
    below = held;
  }
  // Twin: together with the instance's own, the highest role holds everything there is.
  expect(new Set([...below, ...INSTANCE_PERMISSIONS])).toEqual(new Set(PERMISSIONS));
});
