/**
 * SBX-01, assume breach: full native code in the runner's place. The probes run here twice: locked as a runner is, where
 * every one must fail, and without the lock, where they must succeed, or they would prove nothing.
 */

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { filesOf, probeFiles } from './files.ts';
import { runProbes } from './probe.ts';

/** By class of attack: what is to be tried. */
const TRIED: Readonly<Record<string, readonly string[]>> = {
  'SBX-07': [
    'find a variable of the server in its environment',
    'read its own environment file',
    'read the environment of the server',
    'read the memory of the server as a file',
    'read the memory of the server',
    'trace the server',
    'signal the server',
    'signal a thread of the server',
    'hold the server by a descriptor',
    'list processes',
    'find an inherited descriptor',
  ],
  'SBX-08': [
    'open a TCP socket',
    'open a TCP socket of IPv6',
    'open a UDP socket',
    'open a raw socket',
    'open a packet socket',
    'open a Unix socket',
    'open a netlink socket',
    'make a pair of sockets',
    'connect a descriptor it has',
    'bind a descriptor it has',
    'listen on a descriptor it has',
    'open a ring',
    'enter a ring',
  ],
  'SBX-09': [
    'read a file',
    'read its own program',
    'list a folder',
    'ask about a path',
    'tell a path that is there from one that is not',
    'write a file',
  ],
  'SBX-10': ['start a program', 'fork', 'fork by clone', 'run a program from memory', 'become another program'],
  kernel: [
    'mount',
    'make a user namespace',
    'load a program into the kernel',
    'handle page faults itself',
    'change its root',
    'load a module',
  ],
};

/** What does not work without the lock either, for a user who is not root, or on a kernel that lacks it. */
const SURE: readonly string[] = [
  'read a file',
  'read its own program',
  'list a folder',
  'ask about a path',
  'tell a path that is there from one that is not',
  'write a file',
  'read its own environment file',
  'find a variable of the server in its environment',
  'signal the server',
  'hold the server by a descriptor',
  'list processes',
  'start a program',
  'fork',
  'fork by clone',
  'open a TCP socket',
  'open a UDP socket',
  'open a Unix socket',
  'make a pair of sockets',
  'connect a descriptor it has',
];

afterEach(() => {
  for (const name of ['HEADGATE_CANARY', 'NODE_OPTIONS_CANARY']) Reflect.deleteProperty(process.env, name);
});

test.each(Object.keys(TRIED))('%s: native code in the place of a runner gets nothing of this', async (row) => {
  process.env['HEADGATE_CANARY'] = 'canary-4711';
  process.env['NODE_OPTIONS_CANARY'] = '--require /tmp/canary.cjs';
  const probed = await runProbes(probeFiles(filesOf()));
  expect(probed).toMatchObject({
    escaped: [],
    failure: null,
    layers: { filters: 2, noNewPrivileges: true, noCapabilities: true },
  });
  expect(probed.layers?.landlock).toBeGreaterThan(0);
  expect(probed.tried).toEqual(expect.arrayContaining([...(TRIED[row] ?? [])]));
});

test('without the lock the same probes get out: a self-test that cannot fail would prove nothing', () => {
  const { runner } = probeFiles(filesOf());
  expect(existsSync(runner)).toBe(true);
  const run = spawnSync(process.execPath, ['--no-warnings', runner, '{}', 'unlocked'], {
    encoding: 'utf8',
    timeout: 20_000,
  });
  const got = run.stdout
    .split('\n')
    .filter((line) => line.includes('"got":true'))
    .map((line) => (JSON.parse(line) as { probe: string }).probe);
  expect(got).toEqual(expect.arrayContaining([...SURE]));
  // The last probe replaced the process, so nothing came after it.
  expect(run.stdout.trim().split('\n').at(-1)).toBe('{"probe":"become another program"}');
});
