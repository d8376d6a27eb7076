/**
 * The server of the breach: a whole one, whose runners have no engine but native code that attacks (sandbox/testing/
 * breach.ts). With the word `unlocked` they are not locked either, which is what shows that the attacks work.
 *
 * It says where everything lies that an attacker could want, as one line of JSON, and serves until it is ended. It is put
 * together here: no setting of a release gives it other runners.
 */

import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fixed } from '../../../packages/server/src/sandbox/child/kernel.ts';
import { filesOf } from '../../../packages/server/src/sandbox/files.ts';
import { openJail } from '../../../packages/server/src/sandbox/jail.ts';
import { startServer } from '../../fixtures/server.ts';

export type Told = {
  readonly pid: number;
  readonly port: number;
  readonly apiKey: string;
  readonly keyFile: string;
  readonly journal: string;
  readonly address: string;
  readonly room: string;
  readonly length: number;
  /** The self-test of its jail: how many probes there were, and which got out. */
  readonly probes: number;
  readonly escaped: readonly string[];
};

const file = (name: string): string =>
  fileURLToPath(new URL(`../../../packages/server/src/sandbox/testing/${name}.ts`, import.meta.url));

const [, , root = '', word = ''] = process.argv;
const canary = process.env['BREACH_CANARY'] ?? '';
const launcher = word === 'unlocked' ? file('bare') : file('breach-launch');
const jail = openJail({
  files: { launcher: filesOf().launcher === null ? null : launcher, runner: file('breach') },
  spares: 2,
});
const keyFile = join(root, 'key');
// The key is random and begins with the canary, so that any look at it is noticed.
const instanceKey = Buffer.concat([Buffer.from(canary), randomBytes(32)]).subarray(0, 32);
writeFileSync(keyFile, instanceKey, { mode: 0o600 });
const server = await startServer({ jail, instanceKey });
const { plain } = await server.key();
const kept = Buffer.from(`${canary} in memory`);
const { tried, escaped } = await jail.probe();
const told: Told = {
  pid: process.pid,
  port: server.port,
  apiKey: plain,
  keyFile,
  journal: join(server.dir, 'headgate.db'),
  address: fixed(kept).toString(16),
  room: fixed(Buffer.alloc(64)).toString(16),
  length: kept.length,
  probes: tried.length,
  escaped,
};
console.log(JSON.stringify(told));
process.stdin.resume();
process.stdin.on('end', () => void server.close().then(() => process.exit(0)));
