import { tmpdir } from 'node:os';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import type { PromotionRow } from '../environment.ts';
import type { WorkspaceStore } from '../ports.ts';
import { kitIn, NOW } from '../testing/kit.ts';

const kit = kitIn(tmpdir());
afterEach(kit.clean);

const HOOK = { id: 'hook', kind: 'webhook@1', with: {}, disabled: false };
const VERSIONS = [1, 2, 3];

/** What may happen, in any order. */
type Deed =
  | { readonly kind: 'propose'; readonly version: number; readonly vars: Readonly<Record<string, number>> }
  | { readonly kind: 'apply' | 'refuse'; readonly of: number }
  | { readonly kind: 'set'; readonly vars: Readonly<Record<string, number>> }
  | { readonly kind: 'end' };

const vars = fc.dictionary(fc.constantFrom('a', 'b'), fc.integer({ min: 0, max: 9 }), {
  maxKeys: 2,
  noNullPrototype: true,
});
const deed: fc.Arbitrary<Deed> = fc.oneof(
  fc.record({ kind: fc.constant('propose' as const), version: fc.constantFrom(...VERSIONS), vars }),
  fc.record({ kind: fc.constantFrom('apply' as const, 'refuse' as const), of: fc.nat(5) }),
  fc.record({ kind: fc.constant('set' as const), vars }),
  fc.record({ kind: fc.constant('end' as const) }),
);

const prepared = async (flow: string, project: string): Promise<WorkspaceStore> => {
  const store = (await kit.store()).in('default');
  await store.projects.create({ id: project, name: project, at: NOW });
  await store.flows.create({ id: flow, project, owner: 'u', name: flow, draft: {}, draftHash: 'd', at: NOW });
  for (const version of VERSIONS)
    await store.flows.publish({
      ...{ flow, hash: `h${version}`, doc: { version }, note: null, by: 'u', at: NOW, grants: [], triggers: [] },
    });
  return store;
};

test('DP1 PR1 a promotion is applied exactly when nothing changed in its target since it was proposed, in any order', async () => {
  let count = 0;
  const store = await prepared('flow', 'p');
  await fc.assert(
    fc.asyncProperty(fc.array(deed, { maxLength: 14 }), async (deeds) => {
      count += 1;
      const target = `env${count}`;
      await store.environments.put('p', target, { approval: true }, NOW);
      let now = { version: null as number | null, revision: 0, vars: {} as Record<string, unknown> };
      const proposals: { row: PromotionRow; at: string; open: boolean }[] = [];
      // What a promotion stands on, as one text.
      const standing = () => JSON.stringify([now.version, now.revision]);
      for (const one of deeds) {
        if (one.kind === 'propose') {
          const row: PromotionRow = {
            ...{ id: `pr_${count}_${proposals.length}`, flow: 'flow', source: 'default', target, version: one.version },
            ...{ before: now.version, revision: now.revision, state: 'proposed', note: null, by: 'ada', created: NOW },
            ...{ decidedBy: null, decided: null, vars: one.vars },
          };
          expect(await store.deployments.propose(row)).toBe(true);
          proposals.push({ row, at: standing(), open: true });
        } else if (one.kind === 'set') {
          now = { ...now, vars: one.vars, revision: now.revision + 1 };
          expect(await store.environments.setVars('p', target, now.revision - 1, one.vars, NOW)).toBe(now.revision);
        } else if (one.kind === 'end') {
          expect(await store.deployments.end('flow', target)).toBe(now.version !== null);
          now = { ...now, version: null };
        } else {
          const chosen = proposals[one.of];
          if (chosen === undefined) continue;
          const { row } = chosen;
          if (one.kind === 'refuse') {
            expect(await store.deployments.decide('flow', row.id, 'refused', 'bo', NOW)).toBe(chosen.open);
            chosen.open = false;
            continue;
          }
          const fits = chosen.open && chosen.at === standing();
          const by = { project: 'p', who: 'bo', at: NOW, proposed: true };
          const done = await store.deployments.apply(row, by, { triggers: [HOOK], grants: [], ends: [] });
          expect(done).toBe(fits);
          if (!done) continue;
          chosen.open = false;
          const sets = Object.keys(row.vars).length > 0;
          now = {
            version: row.version,
            revision: now.revision + (sets ? 1 : 0),
            vars: { ...now.vars, ...row.vars },
          };
        }
        const place = await store.environments.get('p', target);
        expect([place?.revision, place?.vars]).toEqual([now.revision, now.vars]);
        expect((await store.deployments.get('flow', target))?.version ?? null).toBe(now.version);
        expect((await store.deployments.hooks('flow', target)).length).toBe(now.version === null ? 0 : 1);
      }
    }),
    { numRuns: 60 },
  );
}, 60_000);

test('what was lent in an environment alone ends with it; another of the same name begins with nothing lent', async () => {
  const store = await prepared('lent', 'q');
  const grant = (id: string, environment: string) => ({
    ...{ id, flow: 'lent', step: '*', power: 'net: GET a.example:443', environment, grantor: 'u' },
    ...{ asCaller: false, created: NOW },
  });
  await store.environments.put('q', 'dev', {}, NOW);
  await store.grants.add([grant('g_dev', 'dev'), grant('g_all', '*'), grant('g_prod', 'prod')]);
  expect(await store.environments.remove('q', 'dev')).toBe('done');
  await store.environments.put('q', 'dev', {}, NOW);
  expect((await store.grants.list('lent')).map(({ id }) => id)).toEqual(['g_all', 'g_prod']);
});
