/**
 * What `headgate doctor` tells of the jail: each layer, whether it is on, and how that was found out. It starts a runner
 * and the escape probes for it, and ends them again.
 */

import { openJail } from '../sandbox/jail.ts';
import { LIMITS } from '../sandbox/job.ts';
import { type Layers, locked } from '../sandbox/layers.ts';
import type { Probed } from '../sandbox/probe.ts';
import { type Finding, look, ok, wrong } from './finding.ts';

const KERNEL = 'Use a Linux kernel of 5.13 or newer with Landlock and seccomp, on x86-64 or arm64.';

const layer = (what: string, on: boolean, how: string): Finding =>
  on ? ok(`jail: ${what}`, how) : look(`jail: ${what}`, 'not on', KERNEL);

/** More than the lock, where it can be had: only a server that is root has users to give away. */
const userOf = ({ ownUser, uid }: Layers): Finding => {
  const what = 'jail: own user';
  if (ownUser) return ok(what, `${uid}: the kernel says so of a runner, and each gets another`);
  if (process.getuid?.() !== 0)
    return ok(what, `not used: the server is no root, so a runner is the same user (${uid}), and is locked`);
  return look(
    what,
    'not on: another user cannot read Node or the packages, so a runner is root without its powers, and is locked',
    'Put this folder where others may read it, or run the server as a user of its own.',
  );
};

const layersOf = (layers: Layers): readonly Finding[] => [
  layer('no_new_privs', layers.noNewPrivileges, 'on: the kernel says so of a runner'),
  layer(
    'Landlock',
    layers.landlock > 0,
    `on, version ${layers.landlock}: the runner took it, and no probe opened, wrote or listed a file`,
  ),
  layer(
    'system-call filter',
    layers.filters === 2,
    'both stages are on all threads: the kernel counts 2 filters in a runner',
  ),
  layer('limits', layers.limits, 'few descriptors, no file written, no core dump: the runner took them'),
  layer('capabilities', layers.noCapabilities, 'none: the kernel shows an empty set in a runner'),
  userOf(layers),
  layer('ends with the server', layers.endsWithServer, 'the kernel kills a runner whose server is gone'),
];

const selfTest = ({ tried, escaped, failure, layers, ms }: Probed): Finding => {
  const what = 'jail: self-test';
  if (escaped.length > 0)
    return wrong(
      what,
      `native code got out of a runner: ${escaped.join(', ')}`,
      'Do not run code here. Report it: SECURITY.md.',
    );
  if (failure !== null) return wrong(what, failure, 'See to it: until the self-test passes, no code step runs.');
  if (layers === null || !locked(layers))
    return look(what, 'there is no kernel lock on this system to be tested', KERNEL);
  return ok(what, `${tried.length} escape probes ran as native code in the place of a runner, none got out (${ms} ms)`);
};

/** Whether code runs at all, and in what. */
const engineOf = async (jail: ReturnType<typeof openJail>): Promise<Finding> => {
  const what = 'jail: engine';
  const began = Date.now();
  const answer = await jail.run({
    domain: 'doctor',
    program: { hash: 'doctor', script: '({ default: (input) => input + 1 })' },
    input: '41',
    names: [],
    limits: LIMITS,
    host: () => Promise.reject(new Error('it calls nothing')),
    log: () => undefined,
  });
  const ms = Date.now() - began;
  if (!answer.ok) return wrong(what, answer.problem.text, answer.problem.fix ?? 'See the text.');
  const { engine } = jail.status();
  return engine === 'v8'
    ? ok(what, `V8 isolates (a runner came up and ran a line in ${ms} ms); QuickJS for packages`)
    : look(
        what,
        `QuickJS in WebAssembly alone, because the kernel's lock is not whole (a line ran in ${ms} ms)`,
        KERNEL,
      );
};

export const jailFindings = async (): Promise<readonly Finding[]> => {
  const jail = openJail({ spares: 0 });
  try {
    const probed = await jail.probe();
    return [
      ...(probed.layers === null ? [] : layersOf(probed.layers)),
      selfTest(probed),
      ...(probed.escaped.length > 0 || probed.failure !== null ? [] : [await engineOf(jail)]),
    ];
  } finally {
    await jail.close();
  }
};
