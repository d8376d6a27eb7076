/**
 * Registers routes from contracts, and from nothing else. The order of one request:
 * host and address (gateway.ts) → foreign pages → identity and permission → body, within limits → JSON → schema → handler
 * → audit → the writer.
 *
 * RG1 Identity and permission are judged by the matched route's contract, before a byte of the body is read (API-01).
 * RG2 A refusal is on record before its answer leaves (OPS-03).
 */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import {
  isSelf,
  isStream,
  permissionOf,
  PROBLEMS,
  statusOf,
  type Contract,
  type ProblemCode,
} from '@headgate/core/api';
import { WorkspaceLocked } from '../store/vault-seal/own-keys.ts';
import { admit, type Turned } from './admit.ts';
import { isOwnPage } from './foreign.ts';
import type { Lodge } from './lodge.ts';
import { isRefused, MISSING, refuse, type AnyOutcome, type Refused } from './outcome.ts';
import type { Route } from './implement.ts';
import type { Passage } from './passage.ts';
import { projectOf } from './places.ts';
import { readBody } from './reading.ts';
import { answer, problemAnswer } from './reply.ts';
import { whenLeft } from './writer.ts';

/** Of a body, in a record. */
const MOST_TOLD = 500;

/** Answers that tell of a refusal, and so must be on record first. */
const DENIALS: ReadonlySet<number> = new Set([401, 403, 404, 410, 421]);

/** What the engine calls an object that is not there for this principal; all sound alike to the caller. */
const NOT_THERE: ReadonlySet<string> = new Set(['flow.not_found', 'run.not_found']);

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

const refusalOf = ({ code, wait, why, level }: Turned, contract: Contract): Refused => {
  if (code === 'missing') return MISSING;
  const { refused } = refuse(code, ...fixOf(code, contract));
  return {
    refused: wait === undefined ? refused : { ...refused, retry: 'after', retryAfter: wait },
    ...(why === undefined ? {} : { why }),
    ...(level === undefined ? {} : { level }),
  };
};

const fixOf = (code: ProblemCode, contract: Contract): [string, string] | [] => {
  if (code === 'permission.missing')
    return [`This needs the permission ${contract.needs} on the whole of what it touches`, 'Use a key that holds it.'];
  if (code === 'auth.missing' && isSelf(contract.needs)) return [PROBLEMS[code].when, 'Sign in first.'];
  if (code === 'auth.missing')
    return [PROBLEMS[code].when, 'Send the key in the header x-api-key, or as authorization: Bearer.'];
  if (code === 'factor.needed')
    return [
      PROBLEMS[code].when,
      'Codes: /api/v1/auth/totp; passkeys: /api/v1/auth/account/passkeys, then sign in with one.',
    ];
  if (code === 'workspace.none')
    return [PROBLEMS[code].when, 'Take up an invitation, or choose another: POST /api/v1/auth/workspaces/{id}.'];
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
  const body = readBody(lodge, route.contract, request);
  if ('refused' in body) return body;
  passage.made = route.contract.makes === '' ? '' : lodge.gate.newId(route.contract.makes);
  const came = {
    made: passage.made,
    params: request.params,
    query: request.query,
    body: body.value,
    who: passage.who,
    session: passage.session,
    request,
  };
  const outcome = await unlocked(
    route.run(came, async (parts) => {
      const { contract, who } = passage;
      passage.told = toldOf(contract, parts.query, parts.body);
      const permission = permissionOf(contract.needs);
      if (contract.on === 'project' && who !== null && permission !== undefined) {
        const project = projectOf(parts.params, parts.body, parts.query);
        const turned = await lodge.places.judgeProject(who, permission, project);
        if (turned !== undefined) return refusalOf({ code: turned, who }, contract);
      }
      const free = contract.audited !== 'before' || (await recorded(lodge, passage, request, null));
      return free ? null : refuse('audit.down');
    }),
  );
  return isRefused(outcome) && NOT_THERE.has(outcome.refused.code) ? MISSING : outcome;
};

/** That the key of a workspace is not at hand is an answer, wherever it was found out. */
const unlocked = async (done: Promise<AnyOutcome>): Promise<AnyOutcome> => {
  try {
    return await done;
  } catch (error) {
    if (error instanceof WorkspaceLocked) return { refused: error.problem };
    throw error;
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
  if (reason !== null && DENIALS.has(status))
    await recorded(lodge, passage, request, (isRefused(outcome) ? outcome.why : undefined) ?? reason);
  else if (contract.audited === 'after' && reason === null && !(await recorded(lodge, passage, request, null)))
    last = refuse('audit.down', 'It is done, and the audit trail cannot be written');
  if (!isRefused(last) && 'body' in last) {
    if (last.fresh !== undefined) passage.fresh = typeof last.fresh === 'string' ? [last.fresh] : last.fresh;
    if (last.reveal !== undefined) passage.reveal = last.reveal;
  }
  if (!isRefused(last) && 'fixed' in last && last.fixed === true) passage.fixed = true;
  if (isRefused(last)) problemAnswer(lodge, contract, request, reply, last);
  else answer(lodge, reply, last);
};

/** Resolves to false when the record could not be written. `reason`: the code of the refusal; null: allowed. */
const recorded = (
  lodge: Lodge,
  { contract, who, session, made, told }: Passage,
  request: FastifyRequest,
  reason: string | null,
): Promise<boolean> =>
  lodge.audit.record({
    ...(who === null ? {} : { workspace: who.workspace }),
    actor: who?.id ?? session?.user.id ?? `stranger ${request.ip}`,
    action: lodge.nameOf(contract),
    object: [objectOf(contract, request.params, reason === null ? made : ''), told]
      .filter((part) => part !== '')
      .join(' '),
    decision: reason === null ? 'allow' : 'deny',
    reason,
  });

/** The object of a deed: the id of what it makes and the ids in the path, but never a token. */
const objectOf = (contract: Contract, params: unknown, made: string): string => {
  const ids =
    typeof params !== 'object' || params === null
      ? []
      : Object.entries(params)
          .filter(([name]) => name !== 'token' && name !== '*')
          .map(([, value]) => String(value).slice(0, 64));
  const named = [...ids, ...(made === '' ? [] : [made])];
  return named.length === 0 ? contract.path : named.join('/');
};

/** What the record says of query and body: the fields that the contract names, where they are given. */
const toldOf = ({ tells }: Contract, ...parts: readonly unknown[]): string => {
  if (tells.length === 0) return '';
  const came = parts.filter((part) => typeof part === 'object' && part !== null);
  const given = tells.flatMap((name) => {
    const value: unknown = came.map((part) => Reflect.get(part, name)).find((one) => one !== undefined);
    return value === undefined ? [] : [`${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`];
  });
  return given.join(' ').slice(0, MOST_TOLD);
};
