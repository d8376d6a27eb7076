/** Asks the public address for its health, and looks at the TLS it came by. */

import { request } from 'node:https';
import { TLSSocket } from 'node:tls';

export type Edge =
  | { readonly fault: string }
  | { readonly protocol: string; readonly days: number; readonly hsts: boolean };

const PATIENCE = 10_000;

/** `days`: how long the certificate still holds. The certificate is judged as any browser of this machine would. */
export const askEdge = (publicUrl: string): Promise<Edge> =>
  new Promise((resolve) => {
    const asked = request(`${publicUrl}/health`, { timeout: PATIENCE, agent: false }, (response) => {
      const { socket, statusCode, headers } = response;
      response.resume();
      if (statusCode !== 200) return resolve({ fault: `status ${statusCode}` });
      if (!(socket instanceof TLSSocket)) return resolve({ fault: 'no TLS' });
      const ends = Date.parse(socket.getPeerCertificate().valid_to);
      const days = (ends - Date.now()) / 86_400_000;
      resolve({
        protocol: socket.getProtocol() ?? 'TLS',
        days,
        hsts: headers['strict-transport-security'] !== undefined,
      });
    });
    asked.on('timeout', () => asked.destroy(new Error(`nothing for ${PATIENCE / 1000} s`)));
    asked.on('error', (error) => resolve({ fault: 'code' in error ? String(error.code) : error.message }));
    asked.end();
  });
