/**
 * Requests that match no route: unknown addresses, known addresses with another method, OPTIONS.
 *
 * SY1 A stranger who feels for doors near the API (other spellings, encodings, slashes) hears 401 like at the door itself;
 *     elsewhere an address that does not exist is 404 for everybody.
 * SY2 OPTIONS names methods and grants no other site anything: there are no CORS headers.
 */

import type { FastifyReply, FastifyRequest } from 'fastify';
import { permissionOf, ROUTES, type Contract } from '@headgate/core/api';
import { credentialOf } from './identity.ts';
import type { Lodge } from './lodge.ts';
import { refuse } from './outcome.ts';
import { answer, problemAnswer } from './reply.ts';

const contracts: readonly Contract[] = Object.values(ROUTES);

const shapes = contracts.map((contract) => ({
  contract,
  shape: new RegExp(
    `^${contract.path
      .replaceAll(/[.]/g, '\\.')
      .replace('/*', '(/.*)?')
      .replaceAll(/\{[a-z]+\}/g, '[^/]+')}$`,
  ),
}));

/** First path segments behind which a key is needed. */
const guarded = new Set(
  contracts.filter((c) => permissionOf(c.needs) !== undefined).map((c) => c.path.split('/')[1] ?? ''),
);

/** The methods an address knows; empty when there is no such address. */
export const methodsOf = (path: string): readonly string[] => {
  const found = shapes.filter(({ shape }) => shape.test(path)).map(({ contract }) => contract);
  if (found.some((c) => c.method === 'ANY')) return ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];
  const methods = new Set<string>(found.map((c) => c.method));
  if (methods.has('GET') && !found.some((c) => c.method === 'GET' && c.path.endsWith('/events'))) methods.add('HEAD');
  return [...methods].toSorted();
};

/** Does the address, however spelt, point near doors that need a key? */
const nearDoors = (path: string): boolean => {
  let plain = path;
  for (let i = 0; i < 3; i += 1) {
    try {
      plain = decodeURIComponent(plain);
    } catch {
      break;
    }
  }
  const parts = plain.toLowerCase().split(/[^a-z0-9_-]+/);
  return parts.some((part) => guarded.has(part));
};

export const stray =
  (lodge: Lodge) =>
  async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const path = (request.raw.url ?? '').split('?', 1)[0] ?? '';
    const methods = methodsOf(path);
    const open =
      methods.length > 0 &&
      shapes.some(({ shape, contract }) => shape.test(path) && permissionOf(contract.needs) === undefined);
    if (!open && nearDoors(path)) {
      const credential = credentialOf(request.headers);
      const hash = credential.kind === 'key' ? lodge.identities.hash(credential.plain) : undefined;
      const row = hash === undefined ? null : await lodge.identities.byHash(hash);
      if (row === null) {
        const code =
          credential.kind === 'none'
            ? 'auth.missing'
            : lodge.guesses.add(request.ip) > lodge.gate.limit.guesses
              ? 'auth.limit'
              : 'auth.invalid';
        if (code !== 'auth.limit') {
          await lodge.audit.record({
            actor: `stranger ${request.ip}`,
            action: 'route.missing',
            object: path.slice(0, 100),
            decision: 'deny',
            reason: code,
          });
        }
        return problemAnswer(lodge, null, request, reply, refuse(code));
      }
    }
    if (methods.length === 0) return problemAnswer(lodge, null, request, reply, refuse('route.missing'));
    reply.header('allow', methods.join(', '));
    if (request.method === 'OPTIONS') return answer(reply, { status: 204, type: '', text: null });
    problemAnswer(lodge, null, request, reply, refuse('route.method', `This address knows ${methods.join(', ')}`));
  };
