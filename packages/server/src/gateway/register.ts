/**
 * Registers routes from contracts, and from nothing else. The order of one request:
 * host and address (doors.ts) → foreign pages → identity and permission → body, within limits → JSON → schema → handler
 * → audit → the writer.
 *
 * RG1 Identity and permission are judged by the matched route's contract, before a byte of the body is read (API-01).
 * RG2 A refusal is on record before its answer leaves (OPS-03).
 */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { readJson } from '@headgate/core';
import { PROBLEMS, statusOf, type Contract, type ProblemCode } from '@headgate/core/api';
import { admit } from './admit.ts';
import type { Body } from './bodies.ts';
import { isOwnPage } from './foreign.ts';
import type { Lodge } from './lodge.ts';
import { isRefused, MISSING, refuse, type AnyOutcome, type Refused } from './outcome.ts';
import type { Route } from './implement.ts';
import type { Passage } from './passage.ts';
import { answer, problemAnswer } from './reply.ts';

const FORM = /^application\/x-www-form-urlencoded\s*(;|$)/i;
const JSON_TYPE = /^application\/json\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?$/i;

/** Answers that tell of a refusal, and so must be on record first. */
const DENIALS: ReadonlySet<number> = new Set([401, 403, 404, 410, 421]);

/** What the engine calls an object that is not there for this principal; all sound alike to the caller. */
const NOT_THERE: ReadonlySet<string> = new Set(['flow.not_found', 'run.not_found']);

/** Fastify's spelling of a contract's path. */
const pathOf = (path: string): string => path.replaceAll(/\{([a-z]+)\}/g, ':$1');

export const register = (app: FastifyInstance, lodge: Lodge, route: Route): void => {
  const { contract } = route;
  if (contract.method === 'ANY') throw new Error('only webhooks take any method');
  const streams = Object.values(contract.answers).some((a) => 'type' in a && a.type === 'text/event-stream');
  app.route({
    method: contract.method,
    url: pathOf(contract.path),
    exposeHeadRoute: contract.method === 'GET' && !streams,
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
        .then(
          (outcome) => leave(lodge, passage, request, reply, outcome),
          (fault: unknown) => reply.send(fault),
        );
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
  const passage: Passage = { contract, started: lodge.gate.clock(), who: null, keyHash: null };
  request.passage = passage;
  if (lodge.closing()) return turn(lodge, passage, request, reply, refuse('server.closing'));
  if (!isOwnPage(contract, request.method, request.headers, lodge.hosts.ours))
    return turn(lodge, passage, request, reply, refuse('origin.foreign'));
  const {
    headers,
    url,
    ip: address,
    params,
  } = { headers: request.headers, url: request.raw.url ?? '', ip: request.ip, params: request.params };
  const admitted = await admit(lodge.gate, lodge, { contract, headers, url, address, params });
  passage.who = admitted.who;
  if ('code' in admitted)
    return turn(
      lodge,
      passage,
      request,
      reply,
      admitted.code === 'missing' ? MISSING : refuse(admitted.code, ...fixOf(admitted.code, contract)),
    );
  passage.keyHash = admitted.keyHash;
  return true;
};

const fixOf = (code: ProblemCode, contract: Contract): [string, string] | [] => {
  if (code === 'permission.missing')
    return [`This needs the permission ${contract.needs} on the whole of what it touches`, 'Use a key that holds it.'];
  if (code === 'auth.missing')
    return [PROBLEMS[code].when, 'Send the key in the header x-api-key, or as authorization: Bearer.'];
  return [];
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
  const body = read(lodge, route.contract, request);
  if (isRefusedBody(body)) return body;
  const came = { params: request.params, query: request.query, body: body.value, who: passage.who, request };
  const outcome = await route.run(
    came,
    async () => route.contract.audited !== 'before' || (await recorded(lodge, passage, request, null)),
  );
  return isRefused(outcome) && NOT_THERE.has(outcome.refused.code) ? MISSING : outcome;
};

const isRefusedBody = (body: { readonly value: unknown } | Refused): body is Refused => 'refused' in body;

/** The bytes that came, as a value: JSON by the strict reader, or form fields. No body at all reads as `{}`. */
const read = (lodge: Lodge, contract: Contract, request: FastifyRequest): { readonly value: unknown } | Refused => {
  const body = request.body as Body | undefined;
  if (body === undefined) return { value: {} };
  if ('code' in body) return refuse(body.code);
  if (request.passage !== null) request.passage.release = body.release;
  if (body.bytes.length === 0) return { value: {} };
  const type = request.headers['content-type'] ?? '';
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(body.bytes);
  } catch {
    return refuse('body.text', 'The body is no UTF-8 text');
  }
  if ((contract.bodyKind === 'form' || contract.bodyKind === 'either') && FORM.test(type)) return fields(text);
  const parsed = readJson(text, { bytes: lodge.gate.limit.body, depth: lodge.gate.limit.depth });
  return parsed.ok ? { value: parsed.value } : { refused: parsed.problem };
};

/** Form fields as an object; a field that comes twice is refused, as in JSON. */
const fields = (text: string): { readonly value: unknown } | Refused => {
  const made: Record<string, string> = {};
  for (const [name, value] of new URLSearchParams(text)) {
    if (name === '__proto__') return refuse('json.key');
    if (Object.hasOwn(made, name))
      return refuse('json.duplicate', `The form field ${JSON.stringify(name.slice(0, 60))} came twice`);
    made[name] = value;
  }
  return { value: made };
};

/** May this route read a body of this type? */
export const readable = (contract: Contract, type: string | undefined): boolean => {
  if (type === undefined) return false;
  switch (contract.bodyKind) {
    case 'json':
    case 'none':
      return JSON_TYPE.test(type);
    case 'form':
      return FORM.test(type);
    case 'either':
      return FORM.test(type) || JSON_TYPE.test(type);
    case 'raw':
      return true;
  }
};

/** Puts what must be on record on record, then answers. */
const leave = async (
  lodge: Lodge,
  passage: Passage,
  request: FastifyRequest,
  reply: FastifyReply,
  outcome: AnyOutcome,
): Promise<void> => {
  const { contract } = passage;
  const status = isRefused(outcome) ? statusOf(outcome.refused.code) : outcome.status;
  const reason = isRefused(outcome) ? outcome.refused.code : null;
  let last = outcome;
  if (reason !== null && DENIALS.has(status)) await recorded(lodge, passage, request, reason);
  else if (contract.audited === 'after' && reason === null && !(await recorded(lodge, passage, request, null)))
    last = refuse('audit.down', 'It is done, and the audit trail cannot be written');
  if (!isRefused(last) && 'body' in last && last.reveal !== undefined) passage.reveal = last.reveal;
  if (isRefused(last)) problemAnswer(lodge, contract, request, reply, last);
  else answer(reply, last);
};

/** Resolves to false when the record could not be written. `reason`: the code of the refusal; null: allowed. */
const recorded = (
  lodge: Lodge,
  { contract, who }: Passage,
  request: FastifyRequest,
  reason: string | null,
): Promise<boolean> =>
  lodge.audit.record({
    ...(who === null ? {} : { workspace: who.workspace }),
    actor: who === null ? `stranger ${request.ip}` : who.id,
    action: lodge.nameOf(contract),
    object: objectOf(contract, request.params),
    decision: reason === null ? 'allow' : 'deny',
    reason,
  });

/** The object of a deed: the ids in the path, but never a token. */
const objectOf = (contract: Contract, params: unknown): string => {
  if (typeof params !== 'object' || params === null) return contract.path;
  const ids = Object.entries(params)
    .filter(([name]) => name !== 'token' && name !== '*')
    .map(([, value]) => String(value).slice(0, 64));
  return ids.length === 0 ? contract.path : ids.join('/');
};
