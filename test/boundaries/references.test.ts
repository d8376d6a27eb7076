/**
 * The compiler's half of the fence: project references refuse an import between rooms that have no door, whatever the
 * other check says. Each room holds one small file, so that the only thing to refuse is what is planted.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Tree, skeleton } from './tree.ts';

const SERVER = 'packages/server/src';
const ROOMS = [
  'store',
  'store/vault-seal',
  'store/vault-open',
  'egress',
  'sandbox',
  'sandbox/child',
  'sandbox/programs',
  'steps',
  'engine',
  'gateway',
  'main',
];
const thing = 'export const thing = 1;\n';

let tree: Tree;
beforeAll(() => {
  const rooms = ROOMS.map((room) => [`${SERVER}/${room}/thing.ts`, thing]);
  tree = skeleton({
    ...Object.fromEntries(rooms),
    'packages/core/src/thing.ts': thing,
    'packages/web/src/thing.ts': thing,
  });
});
afterAll(() => tree.remove());

const build = (project: string) => ['node_modules/typescript/bin/tsc', '-b', project, '--pretty', 'false'];

const REFUSED: readonly (readonly [string, string, string, string])[] = [
  ['NEVER-01 the gateway to the engine', `${SERVER}/gateway`, '../engine/thing.ts', 'TS6307'],
  [
    'NEVER-01 the gateway to the opening half of the vault',
    `${SERVER}/gateway`,
    '../store/vault-open/thing.ts',
    'TS6307',
  ],
  ['NEVER-04 the gateway to the sandbox', `${SERVER}/gateway`, '../sandbox/thing.ts', 'TS6307'],
  ['NEVER-02 a step to the store', `${SERVER}/steps`, '../store/thing.ts', 'TS6307'],
  ['NEVER-02 a step to the egress', `${SERVER}/steps`, '../egress/thing.ts', 'TS6307'],
  ['NEVER-02 a step to files', `${SERVER}/steps`, 'node:fs', 'TS2882'],
  ['NEVER-14 core to files', 'packages/core', 'node:fs', 'TS2882'],
  ['the store to the egress', `${SERVER}/store`, '../egress/thing.ts', 'TS6307'],
  ['the egress to the store', `${SERVER}/egress`, '../store/thing.ts', 'TS6307'],
  ['the sandbox to the engine', `${SERVER}/sandbox`, '../engine/thing.ts', 'TS6307'],
  ['the jailed child to the sandbox', `${SERVER}/sandbox/child`, '../thing.ts', 'TS6307'],
  ['a program of formats to the sandbox', `${SERVER}/sandbox/programs`, '../thing.ts', 'TS6307'],
  ['the engine to the gateway', `${SERVER}/engine`, '../gateway/thing.ts', 'TS6307'],
  ['the engine to the steps', `${SERVER}/engine`, '../steps/thing.ts', 'TS6307'],
  ['the web app to the server', 'packages/web', '../../server/src/store/thing.ts', 'TS6059'],
];

const place = (project: string) => `${project}${project.startsWith(SERVER) ? '' : '/src'}/planted.ts`;
const importing = (from: string) =>
  from.startsWith('node:') ? `import '${from}';\n` : `export { thing as planted } from '${from}';\n`;

test.each(REFUSED)('tsc -b refuses %s', (_name, project, from, sign) => {
  const { code, output } = tree.planted({ [place(project)]: importing(from) }, build(project));
  expect(output).toContain(sign);
  expect(code).not.toBe(0);
});

const ALLOWED: readonly (readonly [string, string, string])[] = [
  ['the engine to the opening half of the vault', `${SERVER}/engine`, '../store/vault-open/thing.ts'],
  ['the gateway to the sealing half of the vault', `${SERVER}/gateway`, '../store/vault-seal/thing.ts'],
  ['main to the steps', `${SERVER}/main`, '../steps/thing.ts'],
  ['main to the sandbox', `${SERVER}/main`, '../sandbox/thing.ts'],
];

test.each(ALLOWED)('tsc -b accepts %s', (_name, project, from) => {
  const { code, output } = tree.planted({ [place(project)]: importing(from) }, build(project));
  expect(output).toBe('');
  expect(code).toBe(0);
});
