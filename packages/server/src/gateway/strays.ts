/**
 * Requests that match no route: unknown addresses, known addresses with another method, OPTIONS.
 *
 * SY1 A stranger who feels for doors near the API (other spellings, encodings, slashes) hears 401 like at the door itself;
 *     elsewhere an address that does not exist is 404 for everybody.
 * SY2 OPTIONS names methods and grants no other site anything: what origins named in a setting are told is told before
 *     (elsewhere.ts).
 */

import type { FastifyReply, FastifyRequest } from 'fastify';
import { networkOf } from './accounts/throttle.ts';
import { type Contract, isOpen, type ProblemCode, ROUTES } from '@headgate/core/api';
import { credentialInAddress, credentialOf } from './identity.ts';
import type { Lodge } from './lodge.ts';
import { refuse } from './outcome.ts';
import { answer, problemAnswer } from './reply.ts';

/** First path segments behind which a key is needed. */
const guarded = new Set(
  Object.values<Contract>(ROUTES)
    .filter((contract) => !isOpen(contract.needs))
    .map((contract) => contract.path.split('/')[1] ?? ''),
);

const shapeOf = (path: string): RegExp => {
  const plain = path.replaceAll('.', '\\.').replace('/*', '(/.*)?');
  return new RegExp(`^${plain.replaceAll(/\{[a-z]+\}/g, '[^/]+')}$`);
};

/** The methods that contracts at one address know. */
const methodsOf = (contracts: readonly Contract[]): readonly string[] => {
  if (contracts.some((contract) => contract.method === 'ANY')) return ['DELETE', 'GET', 'HEAD', 'PATCH', 'POST', 'PUT'];
  const methods = new Set<string>(contracts.map((contract) => contract.method));
  if (contracts.some((contract) => contract.method === 'GET' && !contract.path.endsWith('/events')))
    methods.add('HEAD');
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

/** Answers what matched no route of `served`. */
export const stray = (lodge: Lodge, served: readonly Contract[]) => {
  const shapes = served.map((contract) => ({ contract, shape: shapeOf(contract.path) }));
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const url = request.raw.url ?? '';
    // Before anything is recorded of it: what is in there must not get into the trail.
    if (credentialInAddress(url)) return problemAnswer(lodge, null, request, reply, refuse('auth.query'));
    const path = url.split('?', 1)[0] ?? '';
    const here = shapes.filter(({ shape }) => shape.test(path)).map(({ contract }) => contract);
    const open = here.some((contract) => isOpen(contract.needs));
    if (!open && nearDoors(path)) {
      const turned = await strangerAt(lodge, request, path);
      if (turned !== null) return problemAnswer(lodge, null, request, reply, refuse(turned));
    }
    if (here.length === 0) return problemAnswer(lodge, null, request, reply, refuse('route.missing'));
    const methods = methodsOf(here).join(', ');
    reply.header('allow', methods);
    if (request.method === 'OPTIONS') return answer(lodge, reply, { status: 204, type: '', text: null });
    problemAnswer(lodge, null, request, reply, refuse('route.method', `This address knows ${methods}`));
  };
};

/** The code of the refusal for a caller without a valid key; null when he has one. */
const strangerAt = async (lodge: Lodge, request: FastifyRequest, path: string): Promise<ProblemCode | null> => {
  const credential = credentialOf(request.headers);
  if (credential.kind === 'key' && 'who' in (await lodge.credentials.find(credential.plain))) return null;
  const actor = `stranger ${request.ip}`;
  if (credential.kind !== 'none' && lodge.guesses.add(networkOf(request.ip)) > lodge.gate.limit.guesses)
    return 'auth.limit';
  const code = credential.kind === 'none' ? 'auth.missing' : 'auth.invalid';
  await lodge.audit.record({
    actor,
    action: 'route.missing',
    object: path.slice(0, 100),
    decision: 'deny',
    reason: code,
  });
  return code;
};
