/**
 * A runner without an engine: it is locked as a runner is and speaks its frames, and for each run it tries one attack with
 * all of Node and any system call. So it stands where code stands that broke out of its engine altogether.
 *
 * The input of a run names the attack and its aims (breach-probes.ts); its result says what was got. With `once` as the
 * last word it tries a single attack outside of any jail, and says so on its output.
 */

import { writeSync } from 'node:fs';
import { type Frame, reader, textFrame, writer } from '../child/frames.ts';
import { lastStage } from '../child/last.ts';
import { type Aims, attack } from './breach-probes.ts';

type Asked = { readonly probe: string; readonly aims: Aims };

const asked = (text: string): Asked => JSON.parse(text) as Asked; // parse boundary: the input of a test's run

const serve = (locked: string, engine: string): void => {
  const out = writer(1);
  const lock = JSON.parse(locked) as { filter?: unknown }; // parse boundary: our own launcher
  const second = lock.filter === true && lastStage();
  out.add(textFrame('U', 0, JSON.stringify({ engine, node: process.version, arch: process.arch, lock, second })));
  out.flush();

  const take = async ({ kind, id, body }: Frame): Promise<void> => {
    if (kind === 'P') out.add(textFrame('K', id, ''));
    if (kind !== 'R') return;
    const { probe, aims } = asked(body.toString('utf8', 8 + body.readUInt32LE(4)));
    out.add(textFrame('O', id, JSON.stringify(await attack(probe, aims))));
  };

  const read = reader(0);
  const turn = async (): Promise<void> => {
    const frames = read();
    if (frames === null) process.exit(0);
    for (const frame of frames) await take(frame);
    out.flush();
    setImmediate(() => void turn());
  };
  void turn();
};

const [, , locked = '{}', engine = '', word = ''] = process.argv;
if (word === 'once') {
  const { probe, aims } = asked(engine);
  writeSync(1, `${JSON.stringify(await attack(probe, aims))}\n`);
  process.exit(0);
}
serve(locked, engine);
