/** One rotation of a workspace's own key that is killed right after a step. Orders: folder, key file, folder of keys, step (or none). */

import { rotateWorkspaceKey, type WorkspaceKeyStep } from '../../../packages/server/src/main/workspace-key.ts';

const [dir = '', keyFile = '', workspaceKeys = '', last = ''] = process.argv.slice(2);
const done = await rotateWorkspaceKey({ dir, keyFile, workspaceKeys }, 'acme', (step: WorkspaceKeyStep) => {
  process.stdout.write(`${step}\n`);
  if (step === last) process.kill(process.pid, 'SIGKILL');
});
process.stdout.write(done.ok ? 'ok\n' : `${done.problem.code}\n`);
