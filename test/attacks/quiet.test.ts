/**
 * A server in a network of its own: a loopback, and one way out whose packets the kernel counts. Nothing else of the
 * machine can be reached from there, so what the counters say is all that was sent.
 *
 * Q1 Asked nothing, a default server sends nothing: it opens no connection and looks up no name (NEVER-05).
 * Q2 The counters see what a flow sends, the look-up of a name and a connection to an address: the watch is awake.
 */

import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ENTRY, environmentOf, type Home, newHome } from '../fixtures/process.ts';

const NETWORK = `
set -e
ip link set lo up
ip link add out type veth peer name far
for end in out far; do echo 1 > /proc/sys/net/ipv6/conf/$end/disable_ipv6; done
ip link set far up
ip addr add 192.0.2.2/24 dev out
ip link set out up
ip route add default dev out
sent() { awk '$1 == "lo:" || $1 == "out:" { sum += $11 } END { print sum }' /proc/net/dev; }
`;

/** Starts a server, lets it be for 3 s once it says that it is ready, tells what it sent, and ends it. */
const IDLE = `${NETWORK}
"$NODE" "$ENTRY" start --port 7860 > "$LOG" 2>&1 &
server=$!
for i in $(seq 600); do grep -q 'is ready at' "$LOG" && break; kill -0 $server || exit 3; sleep 0.1; done
grep -q 'is ready at' "$LOG" || exit 4
sleep 3
echo "sent $(sent)"
kill $server
wait $server || true
`;

const RUN = `${NETWORK}
"$NODE" "$ENTRY" run "$FLOW" --allow needed > "$LOG" 2>&1 || true
echo "sent $(sent)"
`;

const WAYS = [['--net'], ['--user', '--map-root-user', '--net']];

let way: string[];
let home: Home;
beforeAll(() => {
  const able = WAYS.find((args) => spawnSync('unshare', [...args, 'ip', 'link', 'set', 'lo', 'up']).status === 0);
  if (able === undefined)
    throw new Error('this user may not make a network namespace: run the tests as root, or allow user namespaces');
  way = able;
  home = newHome();
});
afterAll(() => rmSync(home.root, { recursive: true, force: true }));

/** Packets sent on both ways while the script ran. */
const packets = (script: string, more: Record<string, string> = {}): number => {
  const log = join(home.root, 'log');
  const env = { ...environmentOf(home), HOME: home.root, NODE: process.execPath, ENTRY, LOG: log, ...more };
  const done = spawnSync('unshare', [...way, 'sh', '-c', script], { env, encoding: 'utf8', timeout: 90_000 });
  const sent = /^sent (\d+)$/m.exec(done.stdout)?.[1];
  if (sent === undefined) throw new Error(`ended with ${done.status}: ${done.stdout}${done.stderr}`);
  return Number(sent);
};

const calling = (url: string): string => {
  const file = join(home.root, 'flow.json');
  const steps = [{ id: 'call', kind: 'http.request@1', timeout: '3s', with: { method: 'GET', url } }];
  writeFileSync(file, JSON.stringify({ headgate: 1, name: 'Calls', steps }));
  return file;
};

test('NEVER-05 a default server that nobody asked anything sends nothing, not on loopback either', () => {
  expect(packets(IDLE)).toBe(0);
}, 120_000);

test('NEVER-05 its positive twin: the same counters see a name that a flow looks up, and an address it calls', () => {
  expect(packets(RUN, { FLOW: calling('http://name-of-nobody.example/') })).toBeGreaterThan(0);
  expect(packets(RUN, { FLOW: calling('http://93.184.216.34/') })).toBeGreaterThan(0);
}, 120_000);
