/** One change of the instance key that is killed right after a step. Orders: folder, key file, step (or none). */

import { changeKey, type Step } from '../../../packages/server/src/main/change-key.ts';

const [dir = '', keyFile = '', last = ''] = process.argv.slice(2);
const done = await changeKey({ dir, keyFile, workspaceKeys: null }, (step: Step) => {
  process.stdout.write(`${step}\n`);
  if (step === last) process.kill(process.pid, 'SIGKILL');
});
process.stdout.write(done.ok ? 'ok\n' : `${done.problem.code}\n`);
