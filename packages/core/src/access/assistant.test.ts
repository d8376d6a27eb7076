import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ASSISTING, assistantOf } from './assistant.ts';
import { may, PERMISSIONS, type Permission, type Principal } from './permission.ts';

const held = fc.subarray([...PERMISSIONS]);
const people: fc.Arbitrary<Principal> = fc
  .record({ permissions: held, a: held, b: held, narrowed: fc.boolean() })
  .map(({ permissions, a, b, narrowed }) => ({
    kind: 'user',
    id: 'u1',
    workspace: 'w1',
    permissions,
    inProjects: new Map<string, readonly Permission[]>([
      ['a', a],
      ['b', b],
    ]),
    ...(narrowed ? { projects: ['a'] } : {}),
  }));
const things = fc
  .record({
    workspace: fc.constantFrom('w1', 'w2'),
    project: fc.constantFrom('a', 'b', 'c'),
    visibility: fc.constantFrom('project', 'workspace', 'public', undefined),
  })
  .map(({ visibility, ...thing }) => (visibility === undefined ? thing : { ...thing, visibility }));

describe('an assistant', () => {
  test('may nothing that its person may not, and only where the person may let it build', () => {
    fc.assert(
      fc.property(people, fc.constantFrom(...PERMISSIONS), things, (who, permission, thing) => {
        if (!may(assistantOf(who), permission, thing)) return;
        expect(may(who, permission, thing)).toBe(true);
        expect(may(who, 'flow.assist', thing)).toBe(true);
      }),
    );
  });

  test('publishes nothing, lends nothing, stores no secret, whoever it acts for', () => {
    fc.assert(
      fc.property(people, things, (who, thing) => {
        for (const permission of PERMISSIONS)
          if (!ASSISTING.includes(permission)) expect(may(assistantOf(who), permission, thing)).toBe(false);
      }),
    );
  });

  test('may, where its person may let it build, what building takes', () => {
    fc.assert(
      fc.property(people, fc.constantFrom(...ASSISTING), things, (who, permission, { workspace, project }) => {
        // What is shared may be read by who reads anywhere: an assistant reads where it builds.
        const thing = { workspace, project };
        if (may(who, permission, thing) && may(who, 'flow.assist', thing))
          expect(may(assistantOf(who), permission, thing)).toBe(true);
      }),
    );
  });
});
