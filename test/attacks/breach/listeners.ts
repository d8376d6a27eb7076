/** Listeners that nobody should call (oracle NET-0): they let everybody in and count. */

import { createSocket } from 'node:dgram';
import { createServer, type ListenOptions } from 'node:net';
import { join } from 'node:path';

export type Listeners = {
  readonly tcp: number;
  readonly udp: number;
  readonly unix: string;
  readonly abstract: string;
  /** Connections and datagrams since it was asked last. */
  readonly count: () => number;
  readonly close: () => void;
};

/** Addresses of a network namespace that the driver of the breach has made for itself. */
const ADDRESSES = ['127.0.0.1', '::1', '10.20.30.40', '169.254.169.254'];

export const openListeners = async (root: string): Promise<Listeners> => {
  let calls = 0;
  const open: { close: () => unknown }[] = [];
  const listen = (to: ListenOptions): Promise<number> =>
    new Promise((resolve, reject) => {
      const server = createServer((socket) => {
        calls += 1;
        socket.on('error', () => undefined);
        socket.end('canary');
      });
      open.push(server);
      server.on('error', reject);
      server.listen(to, () => {
        const address = server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
  const unix = join(root, 'socket');
  const abstract = '\0headgate-breach';
  const tcp = await listen({ host: ADDRESSES[0], port: 0 });
  for (const host of ADDRESSES.slice(1)) await listen({ host, port: tcp });
  await listen({ path: unix });
  await listen({ path: abstract });
  const socket = createSocket('udp4', () => {
    calls += 1;
  });
  open.push(socket);
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return {
    tcp,
    udp: socket.address().port,
    unix,
    abstract: abstract.slice(1),
    count: () => {
      const now = calls;
      calls = 0;
      return now;
    },
    close: () => {
      for (const one of open) one.close();
    },
  };
};
