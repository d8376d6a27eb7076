import fc from 'fast-check';
import { expect, test } from 'vitest';
import { may, PERMISSIONS, type Principal } from './permission.ts';
import { sees, seesAll, sightOf } from './sight.ts';
import { thingAt } from './thing.ts';
import { VISIBILITIES } from './visibility.ts';

const place = fc.record({
  project: fc.constantFrom('p', 'q'),
  flow: fc.constantFrom('f', 'g'),
  owner: fc.constantFrom('ann', 'bob', 'key_1'),
  visibility: fc.constantFrom(...VISIBILITIES),
});
const some = fc.subarray([...PERMISSIONS]);
const narrowing = fc.option(fc.subarray(['p', 'q']), { nil: undefined });
const principal: fc.Arbitrary<Principal> = fc
  .record({
    kind: fc.constantFrom('user', 'key', 'visitor'),
    permissions: some,
    inP: fc.option(some, { nil: undefined }),
    user: fc.option(fc.constantFrom('ann', 'bob'), { nil: undefined }),
    projects: narrowing,
    flows: fc.option(fc.subarray(['f', 'g']), { nil: undefined }),
  })
  .map(({ kind, permissions, inP, user, projects, flows }) => ({
    kind,
    id: 'key_1',
    workspace: 'w',
    permissions,
    ...(inP === undefined ? {} : { inProjects: new Map([['p', inP]]) }),
    ...(user === undefined ? {} : { user }),
    ...(projects === undefined ? {} : { projects }),
    ...(flows === undefined ? {} : { flows }),
  }));

test('SI1 AZ-08 what a list shows of flows is what a look at each of them allows', () => {
  fc.assert(
    fc.property(principal, fc.constantFrom(...PERMISSIONS), place, (who, permission, at) => {
      // Only what a visitor runs is shown to nobody by a list: he is told of no flow.
      const allowed = who.kind !== 'visitor' && may(who, permission, thingAt('w', at));
      expect(sees(sightOf(who, permission), at)).toBe(allowed);
    }),
    { numRuns: 5_000 },
  );
});

test('who sees all sees every flow, and who is narrowed in any way does not see all', () => {
  fc.assert(
    fc.property(principal, fc.constantFrom(...PERMISSIONS), place, (who, permission, at) => {
      const sight = sightOf(who, permission);
      if (seesAll(sight)) expect(sees(sight, at)).toBe(true);
      if (who.projects !== undefined || who.flows !== undefined) expect(seesAll(sight)).toBe(false);
    }),
  );
});
