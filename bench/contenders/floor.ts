/** The floor as a contender: bare node:http. */

import { join } from 'node:path';
import { freePort, untilReady } from '../kit/ask.ts';
import { start } from '../kit/children.ts';
import type { Ground } from '../kit/ground.ts';
import { BODY, type Contender } from './contender.ts';

export const startFloor = async (ground: Ground): Promise<Contender & { readonly ready: number }> => {
  const port = await freePort();
  const child = start(process.execPath, [join(ground.root, 'bench', 'floor.ts'), String(port)], {
    cwd: ground.dir,
    env: ground.env,
    log: join(ground.dir, 'floor.log'),
  });
  const url = (flow: string): string => `http://127.0.0.1:${port}/${flow}`;
  const ready = await untilReady('POST', url('a'), 20_000, BODY.a);
  return {
    name: 'bare node:http',
    version: process.version,
    history: 'none, runs no flow',
    pid: child.pid,
    url,
    stop: child.stop,
    ready,
  };
};
