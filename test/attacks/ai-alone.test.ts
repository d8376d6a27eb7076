/**
 * AI on one machine, in a network of its own: a loopback, and one way out whose packets the kernel counts. Documents are read,
 * made into vectors and searched, and a model on loopback answers; what the counter of the way out says is all that left.
 */

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';

const DRIVER = fileURLToPath(new URL('./ai-alone.ts', import.meta.url));

const SCRIPT = `
set -e
ip link set lo up
ip link add out type veth peer name far
for end in out far; do echo 1 > /proc/sys/net/ipv6/conf/$end/disable_ipv6; done
ip link set far up
ip addr add 192.0.2.2/24 dev out
ip link set out up
ip route add default dev out
"$NODE" "$DRIVER" $ADDRESS
awk '$1 == "out:" { print "sent " $11 }' /proc/net/dev
`;

const WAYS = [['--net'], ['--user', '--map-root-user', '--net']];
let way: string[];
beforeAll(() => {
  const able = WAYS.find((args) => spawnSync('unshare', [...args, 'ip', 'link', 'set', 'lo', 'up']).status === 0);
  if (able === undefined)
    throw new Error('this user may not make a network namespace: run the tests as root, or allow user namespaces');
  way = able;
});

type Told = { readonly reply: string | null; readonly output: unknown; readonly asked: number };

const alone = (address: string): Told & { readonly sent: number } => {
  const env = { ...process.env, NODE: process.execPath, DRIVER, ADDRESS: address };
  const done = spawnSync('unshare', [...way, 'sh', '-c', SCRIPT], { env, encoding: 'utf8', timeout: 150_000 });
  const sent = /^sent (\d+)$/m.exec(done.stdout)?.[1];
  const told = /^\{.*\}$/m.exec(done.stdout)?.[0];
  if (sent === undefined || told === undefined)
    throw new Error(`ended with ${done.status}: ${done.stdout}${done.stderr}`);
  return { ...(JSON.parse(told) as Told), sent: Number(sent) };
};

test('NEVER-05 documents, vectors and a model on loopback: questions are answered, and not a packet leaves the machine', () => {
  const { sent, reply, output, asked } = alone('');
  expect(reply).toContain('Sources:\n- [1] vacation.md');
  expect(output).toMatchObject({
    answer: 'Thirty days [1].',
    from: ['Everybody has thirty days.', 'Lunch is at noon.'],
  });
  expect(asked).toBe(2);
  expect(sent).toBe(0);
}, 180_000);

test('NEVER-05 its positive twin: the same counter sees a model that is asked elsewhere', () => {
  const { sent, asked } = alone('http://93.184.216.34');
  expect(asked).toBe(0);
  expect(sent).toBeGreaterThan(0);
}, 180_000);
