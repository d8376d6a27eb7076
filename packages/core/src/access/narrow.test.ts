import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { beyond, narrow, type Scope } from './narrow.ts';
import { may, PERMISSIONS, type Permission, type Principal } from './permission.ts';

const PROJECTS = ['p_a', 'p_b'];
const FLOWS = ['f_1', 'f_2'];
const permissions = fc.subarray([...PERMISSIONS]);
const some = (of: readonly string[]) => fc.option(fc.subarray([...of], { minLength: 1 }), { nil: null });
const scopes: fc.Arbitrary<Scope> = fc.record({ permissions, projects: some(PROJECTS), flows: some(FLOWS) });
const people: fc.Arbitrary<Principal> = fc
  .record({ permissions, projects: some(PROJECTS), flows: some(FLOWS), inA: permissions, user: fc.boolean() })
  .map(({ permissions: held, projects, flows, inA, user }) => ({
    kind: 'user',
    id: 'u_1',
    workspace: 'w_1',
    permissions: held,
    inProjects: new Map([['p_a', inA]]),
    ...(projects === null ? {} : { projects }),
    ...(flows === null ? {} : { flows }),
    ...(user ? { user: 'u_1' } : {}),
  }));
const things = fc.record({ project: fc.constantFrom(...PROJECTS), flow: fc.constantFrom(...FLOWS) });
const verbs = fc.constantFrom<Permission>(...PERMISSIONS);

describe('narrowing a principal', () => {
  test('AZ-10 what is left may be done by who is narrowed too, and only within the scope', () => {
    fc.assert(
      fc.property(people, scopes, verbs, things, (who, scope, verb, thing) => {
        const left = narrow(who, scope);
        const at = { workspace: 'w_1', ...thing };
        if (!may(left, verb, at)) return;
        expect(may(who, verb, at)).toBe(true);
        expect(scope.permissions).toContain(verb);
        if (scope.projects !== null) expect(scope.projects).toContain(thing.project);
        if (scope.flows !== null) expect(scope.flows).toContain(thing.flow);
      }),
    );
  });

  test('twin: what both allow is left', () => {
    fc.assert(
      fc.property(people, scopes, verbs, things, (who, scope, verb, thing) => {
        const at = { workspace: 'w_1', ...thing };
        const covered =
          scope.permissions.includes(verb) &&
          (scope.projects?.includes(thing.project) ?? true) &&
          (scope.flows?.includes(thing.flow) ?? true);
        expect(may(narrow(who, scope), verb, at)).toBe(covered && may(who, verb, at));
      }),
    );
  });

  test('what a maker may give reaches nothing that he does not reach himself', () => {
    fc.assert(
      fc.property(people, scopes, verbs, things, (who, scope, verb, thing) => {
        if (beyond(who, scope).length > 0) return;
        const given: Principal = {
          kind: 'key',
          id: 'key_1',
          workspace: 'w_1',
          permissions: scope.permissions,
          ...(scope.projects === null ? {} : { projects: scope.projects }),
          ...(scope.flows === null ? {} : { flows: scope.flows }),
        };
        const at = { workspace: 'w_1', ...thing };
        if (may(given, verb, at)) expect(may(who, verb, at)).toBe(true);
      }),
    );
  });

  test('what is more is named: permissions, projects and flows', () => {
    const who: Principal = { kind: 'key', id: 'k', workspace: 'w_1', permissions: ['run'], projects: ['p_a'] };
    expect(beyond(who, { permissions: ['run'], projects: ['p_a'], flows: null })).toEqual([]);
    expect(beyond(who, { permissions: ['run', 'flow.read'], projects: ['p_b'], flows: null })).toEqual([
      'flow.read',
      'the project p_b',
    ]);
    expect(beyond(who, { permissions: ['run'], projects: null, flows: ['f_1'] })).toEqual(['every project']);
    const inOne: Principal = { ...who, permissions: [], inProjects: new Map([['p_a', ['run']]]) };
    expect(beyond(inOne, { permissions: ['run'], projects: ['p_a'], flows: null })).toEqual([]);
    expect(beyond(inOne, { permissions: ['run'], projects: null, flows: null })).toEqual(['run', 'every project']);
  });
});
