/**
 * Plants one forbidden import or name per door in a copy of the sources and sees `npm run check` refuse it, naming the
 * file, the line and the door. Each kind of door has a twin: the neighbour that the same room may use.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROOT, type Tree, run, skeleton } from './tree.ts';

let tree: Tree;
beforeAll(() => {
  tree = skeleton();
});
afterAll(() => tree.remove());

const CHECK = ['bin/check.mjs', 'boundaries'];
const SERVER = 'packages/server/src';

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');

/** Each with: the room's folder, what is planted there, what the refusal says. */
const DOORS: readonly (readonly [string, string, string, string])[] = [
  [
    'NEVER-01 the gateway imports the engine',
    `${SERVER}/gateway`,
    "import '../engine/planted.ts';",
    'gateway may not import engine',
  ],
  [
    'NEVER-01 the gateway imports a type of the engine',
    `${SERVER}/gateway`,
    "import type { Loop } from '../engine/loop.ts';\nexport type L = Loop;",
    'gateway may not import engine',
  ],
  [
    'NEVER-01 the gateway names a type of the engine in place',
    `${SERVER}/gateway`,
    "export type L = import('../engine/loop.ts').Loop;",
    'gateway may not import engine',
  ],
  [
    'NEVER-01 the gateway imports the engine on demand',
    `${SERVER}/gateway`,
    "export const f = () => import('../engine/loop.ts');",
    'gateway may not import engine',
  ],
  [
    'NEVER-01 the gateway re-exports the engine',
    `${SERVER}/gateway`,
    "export * from '../engine/loop.ts';",
    'gateway may not import engine',
  ],
  [
    'NEVER-01 the gateway imports the compiled engine',
    `${SERVER}/gateway`,
    "import '../../dist/engine/loop.js';",
    'gateway may not import a file outside every room',
  ],
  [
    'NEVER-01 the gateway opens secrets',
    `${SERVER}/gateway`,
    "import '../store/vault-open/open.ts';",
    'gateway may not import vault-open',
  ],
  [
    'NEVER-05 the gateway calls out',
    `${SERVER}/gateway`,
    "export const f = () => fetch('https://example.com');",
    'gateway may not use the global fetch',
  ],
  [
    'NEVER-05 the gateway calls out by a socket',
    `${SERVER}/gateway`,
    "export const f = () => new WebSocket('wss://example.com');",
    'gateway may not use the global WebSocket',
  ],
  [
    'NEVER-05 the gateway calls out by the module it serves with',
    `${SERVER}/gateway`,
    "import { createServer, request } from 'node:http';\ncreateServer();\nrequest('http://example.com');",
    'gateway may not import request of node:http',
  ],
  [
    'NEVER-05 the gateway takes all of the module it serves with',
    `${SERVER}/gateway`,
    "import http from 'node:http';\nhttp.get('http://example.com');",
    'gateway may not import * of node:http',
  ],
  [
    'NEVER-04 the gateway starts a process',
    `${SERVER}/gateway`,
    "import { spawn } from 'node:child_process';\nspawn('true');",
    'gateway may not import node:child_process',
  ],
  [
    'NEVER-02 a step imports the store',
    `${SERVER}/steps`,
    "import '../store/planted.ts';",
    'steps may not import store',
  ],
  [
    'NEVER-02 a step imports all of core',
    `${SERVER}/steps`,
    "import { problem } from '@headgate/core';\nproblem('a', 'b');",
    'steps may not import @headgate/core',
  ],
  [
    'NEVER-02 a step reads files',
    `${SERVER}/steps`,
    "import { readFileSync } from 'node:fs';\nreadFileSync('/');",
    'steps may not import node:fs',
  ],
  [
    'NEVER-02 a step reads files by the old name',
    `${SERVER}/steps`,
    "import { readFileSync } from 'fs';\nreadFileSync('/');",
    'steps may not import node:fs',
  ],
  [
    'NEVER-02 a step reads the clock',
    `${SERVER}/steps`,
    'export const f = () => new Date();',
    'steps may not use Date.now',
  ],
  [
    'NEVER-02 a step waits by itself',
    `${SERVER}/steps`,
    'export const f = () => setTimeout(() => {}, 1);',
    'steps may not use the global setTimeout',
  ],
  [
    'NEVER-14 core reads files',
    'packages/core/src',
    "import { readFileSync } from 'node:fs';\nreadFileSync('/');",
    'core may not import node:fs',
  ],
  [
    'NEVER-14 core reads the clock',
    'packages/core/src',
    'export const f = () => Date.now();',
    'core may not use Date.now',
  ],
  [
    'NEVER-14 core reads the clock through luxon',
    'packages/core/src',
    "import { DateTime } from 'luxon';\nexport const f = () => DateTime.now();",
    'core may not use DateTime.now',
  ],
  [
    'NEVER-14 core reads the clock through a renamed luxon',
    'packages/core/src',
    "import { DateTime as D } from 'luxon';\nexport const f = () => D.local();",
    'core may not use DateTime.now',
  ],
  [
    'NEVER-14 core imports all of luxon',
    'packages/core/src',
    "import * as luxon from 'luxon';\nexport const f = () => luxon.DateTime.now();",
    'core may not import all of luxon',
  ],
  [
    'NEVER-14 core throws dice',
    'packages/core/src',
    'export const f = () => Math.random();',
    'core may not use Math.random',
  ],
  [
    'NEVER-14 core throws dice by another name',
    'packages/core/src',
    'const m = Math;\nexport const f = () => m.random();',
    'core may not use Math.random',
  ],
  [
    'NEVER-14 core takes the global object',
    'packages/core/src',
    'export const f = () => Object.keys(globalThis);',
    'core may not use the global globalThis',
  ],
  [
    'NEVER-14 core makes code from text',
    'packages/core/src',
    "export const f = () => new Function('return 1');",
    'core may not use the global Function',
  ],
  [
    'NEVER-14 core hides a global behind a declaration',
    'packages/core/src',
    'declare const process: { pid: number };\nexport const f = () => process.pid;',
    'core may not use the global process',
  ],
  [
    'the store ends the process',
    `${SERVER}/store`,
    'export const f = () => process.exit(1);',
    'store may not use the global process',
  ],
  [
    'NEVER-14 core prints',
    'packages/core/src',
    "export const f = () => console.log('a');",
    'core may not use the global console',
  ],
  [
    'NEVER-14 core brings in types of Node',
    'packages/core/src',
    '/// <reference types="node" />\nexport const a = 1;',
    'core may not bring in types by a reference comment',
  ],
  [
    'NEVER-04 the engine starts a process',
    `${SERVER}/engine`,
    "import { spawn } from 'node:child_process';\nspawn('true');",
    'engine may not import node:child_process',
  ],
  [
    'NEVER-05 the engine dials by itself',
    `${SERVER}/engine`,
    "import { request } from 'undici';\nawait request('https://example.com');",
    'engine may not import the package undici',
  ],
  [
    'the engine imports what it computes',
    `${SERVER}/engine`,
    'export const f = (name: string) => import(name);',
    'engine may not import what it computes',
  ],
  [
    'NEVER-05 the store dials',
    `${SERVER}/store`,
    "import { request } from 'undici';\nawait request('https://example.com');",
    'store may not import the package undici',
  ],
  [
    'NEVER-08 the command line reads the environment',
    `${SERVER}/main`,
    'export const f = () => process.env;',
    'main may not use process.env',
  ],
  [
    'NEVER-08 the command line hides that it reads the environment',
    `${SERVER}/main`,
    'export const { env } = process;',
    'main may not use process.env',
  ],
  [
    'NEVER-03 the gateway holds SQL',
    `${SERVER}/gateway`,
    "export const q = 'select id from flows where owner = ?';",
    'gateway may not hold SQL',
  ],
  [
    'NEVER-03 the gateway builds queries',
    `${SERVER}/gateway`,
    "import { sql } from 'kysely';\nsql`1`;",
    'gateway may not import the package kysely',
  ],
  [
    'NEVER-03 the engine opens a database',
    `${SERVER}/engine`,
    "import { DatabaseSync } from 'node:sqlite';\nnew DatabaseSync(':memory:');",
    'engine may not import node:sqlite',
  ],
  [
    'the web app imports the server',
    'packages/web/src',
    "import '../../server/src/store/planted.ts';",
    'web may not import store',
  ],
  [
    'the web app imports the server by name',
    'packages/web/src',
    "import '@headgate/server';",
    'web may not import @headgate/server',
  ],
  [
    'the jailed child imports ours',
    `${SERVER}/sandbox/child`,
    "import '@headgate/core';",
    'child may not import @headgate/core',
  ],
  [
    'a program that reads what strangers wrote imports ours',
    `${SERVER}/sandbox/programs`,
    "import '@headgate/core';",
    'programs may not import @headgate/core',
  ],
  [
    'a step imports a parser of what strangers wrote',
    `${SERVER}/steps`,
    "import 'fflate';",
    'steps may not import the package fflate',
  ],
  [
    'the engine uses what only tests may',
    `${SERVER}/engine`,
    "import './testing/ground.ts';",
    'engine may not import a test',
  ],
  ['a file lies outside every room', SERVER, 'export const a = 1;', 'lies in no room'],
];

describe('npm run check refuses', () => {
  test.each(DOORS)('%s', (_name, folder, text, refusal) => {
    const { code, output } = tree.planted({ [`${folder}/planted.ts`]: text }, CHECK);
    expect(output).toMatch(new RegExp(`^${folder}/planted\\.ts:\\d+:\\d+ .*${escaped(refusal)}`, 'm'));
    expect(code).toBe(1);
  });

  test('a project reference that the table of rooms does not allow', () => {
    const settings = JSON.stringify({ references: [{ path: '../engine' }] });
    const { code, output } = tree.planted({ [`${SERVER}/gateway/tsconfig.json`]: settings }, CHECK);
    expect(code).toBe(1);
    expect(output).toContain('gateway may not refer to engine');
  });
});

/** What a room may do must stay possible, or a check that refuses everything would pass. */
const NEIGHBOURS: readonly (readonly [string, string, string])[] = [
  ['the engine importing the store', `${SERVER}/engine/planted.ts`, "import '../store/planted.ts';"],
  [
    'the engine reading the clock in its clock file',
    `${SERVER}/engine/clock.ts`,
    'export const now = () => Date.now();',
  ],
  [
    'NEVER-08 the command line reading the environment in its settings',
    `${SERVER}/main/config.ts`,
    'export const env = process.env;',
  ],
  [
    'core rounding, and making a date from a number',
    'packages/core/src/planted.ts',
    'export const f = (d: unknown) => (d instanceof Date ? Math.round(1.5) : new Date(0).getTime());',
  ],
  [
    'a parameter named like a global',
    'packages/core/src/planted.ts',
    'export const f = (fetch: () => number, process = 1) => fetch() + process;',
  ],
  [
    'a member named like a global',
    'packages/core/src/planted.ts',
    'export const f = (o: { fetch: number; process: number }) => o.fetch + o.process;',
  ],
  [
    'a type named like a global',
    'packages/core/src/planted.ts',
    'type Buffer = { readonly bytes: number };\nexport const f = (b: Buffer) => b.bytes;',
  ],
  [
    'the gateway serving',
    `${SERVER}/gateway/planted.ts`,
    "import { createServer, type IncomingMessage } from 'node:http';\nexport const f = (r: IncomingMessage) => [createServer(), r];",
  ],
  ['the store naming its process in its lock', `${SERVER}/store/lock.ts`, 'export const pid = process.pid;'],
  ['SQL in the store', `${SERVER}/store/planted.ts`, "export const q = 'select id from flows where owner = ?';"],
  [
    'the word select in a sentence of the gateway',
    `${SERVER}/gateway/planted.ts`,
    "export const q = 'Select a flow, then press run.';",
  ],
  [
    'a test of core that reads files',
    'packages/core/src/planted.test.ts',
    "import { readFileSync } from 'node:fs';\nreadFileSync('/');",
  ],
];

describe('npm run check accepts', () => {
  test('the sources as they are', () => {
    expect(run(ROOT, CHECK)).toMatchObject({ code: 0 });
    // It reads every source there is: seconds, and many of them on a machine that does other things too.
  }, 120_000);

  test.each(NEIGHBOURS)('%s', (_name, path, text) => {
    expect(tree.planted({ [path]: text }, CHECK)).toMatchObject({ code: 0 });
  });
});
