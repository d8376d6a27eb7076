/** Ports before the server listens: a free one for `--port 0` (addresses of webhooks are made of it), and whether one can be had. */

import { createServer } from 'node:net';

/** A port that nobody uses on this address at the moment; 0 when the address cannot be listened on at all. */
export const freePort = (host: string): Promise<number> =>
  new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(0));
    probe.listen(0, host, () => {
      const address = probe.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });

/** Null when this address and port can be listened on now, else what the system says. */
export const listens = (host: string, port: number): Promise<unknown> =>
  new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', resolve);
    probe.listen(port, host, () => probe.close(() => resolve(null)));
  });
