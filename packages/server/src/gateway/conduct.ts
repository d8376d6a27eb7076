/**
 * What lies between who calls and a handler, and between its answer and who called: what the contract judges once the call
 * is read, and what goes on record. Calls that come by HTTP pass here (register.ts), and those that a tool for assistants
 * makes in the name of its caller (mcp/inside.ts).
 *
 * CO1 A refusal is on record before its answer leaves (OPS-03); what gives power does not begin unless its record is durable.
 */

import type { FastifyRequest } from 'fastify';
import { isSelf, permissionOf, PROBLEMS, statusOf, type Contract, type ProblemCode } from '@headgate/core/api';
import { WorkspaceLocked } from '../store/vault-seal/own-keys.ts';
import type { Turned } from './admit.ts';
import type { Route } from './implement.ts';
import type { Lodge } from './lodge.ts';
import { isRefused, MISSING, refuse, type AnyOutcome, type Refused } from './outcome.ts';
import type { Passage } from './passage.ts';
import { projectOf } from './places.ts';

/** Of a body, in a record. */
const MOST_TOLD = 500;

/** Answers that tell of a refusal, and so must be on record first. */
const DENIALS: ReadonlySet<number> = new Set([401, 403, 404, 410, 421]);

/** What the engine calls an object that is not there for this principal; all sound alike to the caller. */
const NOT_THERE: ReadonlySet<string> = new Set(['flow.not_found', 'run.not_found']);

/** What came with a call: not yet read by the contract's schemas. */
export type Unread = { readonly params: unknown; readonly query: unknown; readonly body: unknown };

/** Reads what came by the contract, judges what could not be judged before, and runs the handler. */
export const conduct = async (
  lodge: Lodge,
  route: Route,
  passage: Passage,
  request: FastifyRequest,
  parts: Unread,
): Promise<AnyOutcome> => {
  passage.made = route.contract.makes === '' ? '' : lodge.gate.newId(route.contract.makes);
  const came = { ...parts, made: passage.made, who: passage.who, session: passage.session, request };
  const outcome = await unlocked(
    route.run(came, async (read) => {
      const { contract, who } = passage;
      passage.told = toldOf(contract, read.query, read.body);
      const permission = permissionOf(contract.needs);
      if (contract.on === 'project' && who !== null && permission !== undefined) {
        const project = projectOf(read.params, read.body, read.query);
        const turned = await lodge.places.judgeProject(who, permission, project);
        if (turned !== undefined) return refusalOf({ code: turned, who }, contract);
      }
      const free = contract.audited !== 'before' || (await recorded(lodge, passage, request, null, read.params));
      return free ? null : refuse('audit.down');
    }),
  );
  return isRefused(outcome) && NOT_THERE.has(outcome.refused.code) ? MISSING : outcome;
};

/** Puts what must be on record on record; the outcome that may leave. `params`: of the path, for the record. */
export const conclude = async (
  lodge: Lodge,
  passage: Passage,
  request: FastifyRequest,
  outcome: AnyOutcome,
  params: unknown,
): Promise<AnyOutcome> => {
  const { contract } = passage;
  const status = isRefused(outcome) ? statusOf(outcome.refused.code) : outcome.status;
  const reason = isRefused(outcome) ? outcome.refused.code : null;
  if (reason !== null && DENIALS.has(status))
    await recorded(lodge, passage, request, (isRefused(outcome) ? outcome.why : undefined) ?? reason, params);
  else if (contract.audited === 'after' && reason === null && !(await recorded(lodge, passage, request, null, params)))
    return refuse('audit.down', 'It is done, and the audit trail cannot be written');
  return outcome;
};

export const refusalOf = ({ code, wait, why, level }: Turned, contract: Contract): Refused => {
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

/** That the key of a workspace is not at hand is an answer, wherever it was found out. */
const unlocked = async (done: Promise<AnyOutcome>): Promise<AnyOutcome> => {
  try {
    return await done;
  } catch (error) {
    if (error instanceof WorkspaceLocked) return { refused: error.problem };
    throw error;
  }
};

/** Resolves to false when the record could not be written. `reason`: the code of the refusal; null: allowed. */
const recorded = (
  lodge: Lodge,
  { contract, who, session, made, told }: Passage,
  request: FastifyRequest,
  reason: string | null,
  params: unknown,
): Promise<boolean> =>
  lodge.audit.record({
    ...(who === null ? {} : { workspace: who.workspace }),
    actor: who?.id ?? session?.user.id ?? `stranger ${request.ip}`,
    action: lodge.nameOf(contract),
    object: [objectOf(contract, params, reason === null ? made : ''), told].filter((part) => part !== '').join(' '),
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
