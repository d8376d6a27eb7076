/** A free port, for `--port 0`: addresses of webhooks are made of the port, so it has to be known before the server listens. */

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
