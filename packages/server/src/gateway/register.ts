/**
 * Registers routes from contracts, and from nothing else. The order of one request:
 * host and address (gateway.ts) → foreign pages → identity and permission → body, within limits → JSON → schema → handler
 * → audit → the writer.
 *
 * RG1 Identity and permission are judged by the matched route's contract, before a byte of the body is read (API-01).
 * RG2 What happens with a call that was let in is one function for every door (conduct.ts).
 */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isStream, type Contract } from '@headgate/core/api';
import { admit } from './admit.ts';
import { conclude, conduct, refusalOf } from './conduct.ts';
import { isOwnPage } from './foreign.ts';
import type { Lodge } from './lodge.ts';
import { isRefused, refuse, type AnyOutcome, type Refused } from './outcome.ts';
import type { Route } from './implement.ts';
import type { Passage } from './passage.ts';
import { readBody } from './reading.ts';
import { answer, problemAnswer } from './reply.ts';
import { whenLeft } from './writer.ts';

/** Fastify's spelling of a contract's path. */
const pathOf = (path: string): string => path.replaceAll(/\{([a-z]+)\}/g, ':$1');

export const register = (app: FastifyInstance, lodge: Lodge, route: Route): void => {
  const { contract } = route;
  if (contract.method === 'ANY') throw new Error('only webhooks take any method');
  app.route({
    method: contract.method,
    url: pathOf(contract.path),
    exposeHeadRoute: contract.method === 'GET' && !isStream(contract),
    config: { contract },
    onRequest: (request, reply, done) => {
      enter(lodge, contract, request, reply).then(
        (open) => {
          if (open) done();
        },
        (fault: unknown) => done(fault instanceof Error ? fault : new Error('the request could not be judged')),
      );
    },
    handler: (request, reply) => {
      const passage = request.passage;
      if (passage === null) throw new Error('a request without a passage');
      void lodge.traces
        .around(contract, request.headers, () => handle(lodge, route, passage, request))
        .then((outcome) => leave(lodge, passage, request, reply, outcome))
        .catch((fault: unknown) => reply.send(fault));
    },
  });
};

/** Who calls, and may he? True when the request may go on; else the answer has left. */
const enter = async (
  lodge: Lodge,
  contract: Contract,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<boolean> => {
  const passage: Passage = {
    contract,
    who: null,
    session: null,
    again: () => Promise.resolve(false),
    now: null,
    made: '',
    told: '',
  };
  request.passage = passage;
  if (lodge.closing()) return turn(lodge, passage, request, reply, refuse('server.closing'));
  const over = lodge.allowances.knock(request.ip);
  if (over !== null) return turn(lodge, passage, request, reply, refusalOf({ ...over, who: null }, contract));
  const own = isOwnPage(contract, request.method, request.headers, lodge.hosts.ours);
  if (!own && !lodge.elsewhere.lets(request.raw)) return turn(lodge, passage, request, reply, refuse('origin.foreign'));
  const { headers, params, ip: address, method } = request;
  const url = request.raw.url ?? '';
  const admitted = await admit(lodge.gate, lodge, { contract, headers, method, url, address, params });
  passage.who = admitted.who;
  if (admitted.leave !== undefined) whenLeft(reply, admitted.leave);
  if ('code' in admitted) return turn(lodge, passage, request, reply, refusalOf(admitted, contract));
  passage.again = admitted.again;
  passage.now = admitted.now ?? null;
  passage.session = admitted.session;
  return true;
};

const turn = async (
  lodge: Lodge,
  passage: Passage,
  request: FastifyRequest,
  reply: FastifyReply,
  refused: Refused,
): Promise<false> => {
  await leave(lodge, passage, request, reply, refused);
  return false;
};

/** Reads the body by the contract and runs the handler. */
const handle = async (lodge: Lodge, route: Route, passage: Passage, request: FastifyRequest): Promise<AnyOutcome> => {
  const body = readBody(lodge, route.contract, request);
  if ('refused' in body) return body;
  return conduct(lodge, route, passage, request, { params: request.params, query: request.query, body: body.value });
};

/** Puts what must be on record on record, then answers. */
const leave = async (
  lodge: Lodge,
  passage: Passage,
  request: FastifyRequest,
  reply: FastifyReply,
  outcome: AnyOutcome,
): Promise<void> => {
  const last = await conclude(lodge, passage, request, outcome, request.params);
  if (!isRefused(last) && 'body' in last) {
    if (last.fresh !== undefined) passage.fresh = typeof last.fresh === 'string' ? [last.fresh] : last.fresh;
    if (last.reveal !== undefined) passage.reveal = last.reveal;
  }
  if (!isRefused(last) && 'fixed' in last && last.fixed === true) passage.fixed = true;
  if (isRefused(last)) problemAnswer(lodge, passage.contract, request, reply, last);
  else answer(lodge, reply, last);
};
