/**
 * Admission: who calls, and may he? Decided from the matched route's own contract, before a byte of the body is read.
 *
 * AD1 Deny is the default: a route whose contract names a permission lets nobody pass who does not hold it.
 * AD2 First the permission, which needs no look at any object; then the scope, where what lies outside is answered like
 *     what never existed (AZ-01).
 * AD3 The workspace is the key's; nothing in the request can name another.
 */

import type { IncomingHttpHeaders } from 'node:http';
import { holdsSomewhere, may, type Permission, type Principal } from '@headgate/core';
import { permissionOf, type Contract, type ProblemCode } from '@headgate/core/api';
import { PROJECT, type Gate } from './deps.ts';
import { credentialInQuery, credentialOf, type Identities } from './identity.ts';
import { isWithin } from './oauth/access-token.ts';
import type { Sessions } from './sessions.ts';
import type { Allowances } from './tokens/allowance.ts';
import type { Credentials } from './tokens/credentials.ts';
import type { Windows } from './windows.ts';

/** `still`: is the credential good, asked again later? `leave`: to be called when the answer has left. */
export type Admitted = {
  readonly who: Principal | null;
  readonly still: () => Promise<boolean>;
  readonly leave?: () => void;
};
/** `why`: what the record says where the answer must not tell. `wait`: milliseconds. */
export type Turned = {
  readonly code: ProblemCode;
  readonly who: Principal | null;
  readonly why?: string;
  readonly wait?: number;
  readonly leave?: () => void;
};

export type Asking = {
  readonly contract: Contract;
  readonly headers: IncomingHttpHeaders;
  readonly url: string;
  readonly address: string;
  readonly params: unknown;
};

type Doors = {
  readonly identities: Identities;
  readonly sessions: Sessions;
  readonly guesses: Windows;
  readonly allowances: Allowances;
  readonly credentials: Credentials;
};

/** Judges one request by its route's contract. */
export const admit = async (
  gate: Pick<Gate, 'store' | 'limit'>,
  doors: Doors,
  { contract, headers, url, address, params }: Asking,
): Promise<Admitted | Turned> => {
  if (credentialInQuery(url)) return { code: 'auth.query', who: null };
  const permission = permissionOf(contract.needs);
  if (permission === undefined) return { who: null, still: NOBODY };
  const credential = credentialOf(headers);
  if (credential.kind === 'two') return { code: 'auth.ambiguous', who: null };
  const session =
    credential.kind === 'none' && contract.identity === 'page' ? doors.sessions.find(headers.cookie) : undefined;
  if (credential.kind === 'none' && session === undefined) return { code: 'auth.missing', who: null };
  const found =
    credential.kind === 'key'
      ? await doors.credentials.find(credential.plain)
      : await doors.identities.findByHash(session ?? '');
  if ('why' in found) {
    if (session !== undefined) return { code: 'auth.missing', who: null };
    const code = doors.guesses.add(address) > gate.limit.guesses ? 'auth.limit' : 'auth.invalid';
    return { code, who: null, why: found.why };
  }
  const { who, still, limits, resource } = found;
  if (resource !== undefined && !isWithin(resource, contract.path))
    return { code: 'auth.invalid', who: null, why: 'token.audience' };
  const leave = doors.allowances.enter(who.id, limits);
  if (typeof leave !== 'function') return { code: leave.code, who, wait: leave.wait };
  const verdict = await judge(gate, who, permission, contract, params);
  return verdict === undefined ? { who, still, leave } : { code: verdict, who, leave };
};

const NOBODY = (): Promise<boolean> => Promise.resolve(false);

/** The code of the refusal, or undefined when the principal may. */
const judge = async (
  gate: Pick<Gate, 'store' | 'limit'>,
  who: Principal,
  permission: Permission,
  contract: Contract,
  params: unknown,
): Promise<ProblemCode | undefined> => {
  if (!holdsSomewhere(who, permission)) return 'permission.missing';
  const { workspace } = who;
  const narrowed = who.flows !== undefined || who.projects !== undefined;
  // What is recorded before it is done must be about something that is there.
  const mustBe = contract.audited === 'before' && (contract.on === 'flow' || contract.on === 'run');
  if (!narrowed && !mustBe) return may(who, permission, { workspace }) ? undefined : 'permission.missing';
  switch (contract.on) {
    case 'any':
      return undefined;
    case 'workspace':
    case 'nobody':
      return 'permission.missing';
    case 'project':
      return may(who, permission, { workspace, project: PROJECT }) ? undefined : 'permission.missing';
    case 'flow':
    case 'run': {
      const place = await placeOf(gate, workspace, contract.on, params);
      return place !== null && may(who, permission, { workspace, ...place }) ? undefined : 'missing';
    }
  }
};

const placeOf = async (
  gate: Pick<Gate, 'store' | 'limit'>,
  workspace: string,
  on: 'flow' | 'run',
  params: unknown,
): Promise<{ project: string; flow: string } | null> => {
  const id: unknown = typeof params === 'object' && params !== null ? Reflect.get(params, 'id') : undefined;
  if (typeof id !== 'string') return null;
  const store = gate.store.in(workspace);
  if (on === 'run') {
    const run = await store.runs.get(id);
    return run === null ? null : { project: run.project, flow: run.flow };
  }
  const flow = await store.flows.get(id);
  return flow === null ? null : { project: flow.project, flow: flow.id };
};
