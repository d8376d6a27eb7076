/**
 * The peer: Node-RED, installed from npm at a pinned version the first time it is needed, run headless on loopback.
 * Its settings are its own defaults but for four: the address, no editor (so that it only runs flows), no telemetry, and
 * warnings only on the console. It keeps no history of runs.
 *
 * The steps are `change` nodes, its own way to set a value, without JSONata: each sets one property from a property of
 * the message that the node before has set. They are its cheapest nodes that do this; function nodes cost more.
 */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, untilReady } from '../kit/ask.ts';
import { lastWords, start } from '../kit/children.ts';
import type { Ground } from '../kit/ground.ts';
import { BODY, type Contender, SETS } from './contender.ts';

/** The pinned version, and the package that `npm run bench` installed. */
const peer = (ground: Ground): { readonly version: string; readonly folder: string } => {
  const pins: Readonly<Record<string, string>> = JSON.parse(
    readFileSync(join(ground.root, 'bench', 'peers.json'), 'utf8'),
  );
  const version = pins['node-red'] ?? '';
  const folder = join(ground.root, 'bench', '.peers', `node-red-${version}`, 'node_modules', 'node-red');
  if (!existsSync(folder)) throw new Error('Node-RED is not installed: start the bench with `npm run bench`');
  return { version, folder };
};

type Node = Readonly<Record<string, unknown>>;

const flow = (name: string, rules: readonly Node[]): Node[] => {
  const wire = (to: string): string[][] => [[`${name}_${to}`]];
  const change = (rule: Node, i: number): Node => ({
    id: `${name}_set${i}`,
    type: 'change',
    z: name,
    rules: [rule],
    wires: wire(i + 1 < rules.length ? `set${i + 1}` : 'out'),
  });
  return [
    { id: name, type: 'tab', label: name },
    { id: `${name}_in`, type: 'http in', z: name, url: `/${name}`, method: 'post', upload: false, wires: wire('set0') },
    ...rules.map(change),
    { id: `${name}_out`, type: 'http response', z: name, statusCode: '', headers: {}, wires: [] },
  ];
};

/** One object a step, made of the one before: what a `set` step of ours makes, too. The last one is the answer. */
const chain = (): Node[] =>
  Array.from({ length: SETS }, (_, i) => ({
    t: 'set',
    p: i + 1 === SETS ? 'payload.n' : `s${i + 1}.n`,
    pt: 'msg',
    to: i === 0 ? 'payload.n' : `s${i}.n`,
    tot: 'msg',
  }));

/** (b): its own way to run code, a function node; it runs in a context of node:vm, inside the server. */
const FUNCTION: readonly Node[] = [
  { id: 'b', type: 'tab', label: 'b' },
  { id: 'b_in', type: 'http in', z: 'b', url: '/b', method: 'post', upload: false, wires: [['b_code']] },
  {
    id: 'b_code',
    type: 'function',
    z: 'b',
    func: 'let sum = 0; for (const n of JSON.parse(msg.payload.text)) sum += n; msg.payload = { sum }; return msg;',
    outputs: 1,
    wires: [['b_out']],
  },
  { id: 'b_out', type: 'http response', z: 'b', statusCode: '', headers: {}, wires: [] },
];

const FLOWS = (): Node[] => [
  ...flow('a', [{ t: 'move', p: 'payload.name', pt: 'msg', to: 'payload.text', tot: 'msg' }]),
  ...FUNCTION,
  ...flow('c', chain()),
];

const settings = (port: number): string => `module.exports = {
  uiPort: ${port}, uiHost: '127.0.0.1', httpAdminRoot: false, httpNodeRoot: '/', flowFile: 'flows.json',
  telemetry: { enabled: false, updateNotification: false }, logging: { console: { level: 'warn' } },
};
`;

export const startNodeRed = async (
  ground: Ground,
  env: NodeJS.ProcessEnv = ground.env,
): Promise<Contender & { readonly ready: number }> => {
  const { version, folder } = peer(ground);
  const port = await freePort();
  const dir = join(ground.dir, `node-red-${port}`);
  mkdirSync(dir);
  writeFileSync(join(dir, 'flows.json'), JSON.stringify(FLOWS()));
  writeFileSync(join(dir, 'settings.cjs'), settings(port));
  const log = join(dir, 'log');
  const child = start(process.execPath, [join(folder, 'red.js'), '-u', dir, '-s', join(dir, 'settings.cjs')], {
    cwd: dir,
    env,
    log,
  });
  const url = (name: string): string => `http://127.0.0.1:${port}/${name}`;
  let ready: number;
  try {
    ready = await untilReady('POST', url('a'), 60_000, BODY.a);
  } catch {
    throw new Error(`Node-RED did not start:\n${lastWords(log)}`);
  }
  return { name: 'Node-RED', version, history: 'none', pid: child.pid, url, stop: child.stop, ready };
};
