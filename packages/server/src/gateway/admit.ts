/**
 * Admission: who calls, and may he? Decided from the matched route's own contract, before a byte of the body is read.
 * Which project a new thing goes to may stand in the body; that is judged as soon as it is read (register.ts).
 *
 * AD1 Deny is the default: a route whose contract names a permission lets nobody pass who does not hold it.
 * AD2 First the permission, which needs no look at any object; then the object, where what is not seen is answered like
 *     what never existed (AZ-01).
 * AD3 The workspace is the credential's; nothing in the request can name another.
 */

import type { IncomingHttpHeaders } from 'node:http';
import { holdsSomewhere, may, type Permission, type Principal } from '@headgate/core';
import { isSelf, isStream, permissionOf, type Contract, type ProblemCode } from '@headgate/core/api';
import type { Session } from '../store/accounts/port.ts';
import type { Desk } from './accounts/desk.ts';
import { INSTANCE, type Gate } from './deps.ts';
import { networkOf } from './accounts/throttle.ts';
import { provesOrigin } from './foreign.ts';
import { credentialInAddress, credentialOf, type Identities } from './identity.ts';
import { isWithin } from './oauth/access-token.ts';
import type { Places } from './places.ts';
import { actsIn, isWeak, lacksFactor } from './acting.ts';
import { ticketIn, type StreamTickets } from './stream-tickets.ts';
import type { Allowances } from './tokens/allowance.ts';
import type { Level } from './tokens/buckets.ts';
import type { Credentials } from './tokens/credentials.ts';
import type { Found, NotFound } from './tokens/found.ts';
import type { Windows } from './windows.ts';

/**
 * `again`: would this call be let in now, too? For what goes on after its answer began (AZ-10). `leave`: to be called when
 * the answer has left.
 */
export type Admitted = {
  readonly who: Principal | null;
  /** On routes about the own account. */
  readonly session: Session | null;
  readonly again: () => Promise<boolean>;
  /** Who is it by the same credential now? On routes that need a permission. */
  readonly now?: () => Promise<Found | NotFound>;
  readonly leave?: () => void;
};
/** `why`: what the record says where the answer must not tell. `wait`: milliseconds. */
export type Turned = {
  readonly code: ProblemCode;
  readonly who: Principal | null;
  readonly why?: string;
  readonly wait?: number;
  /** The bucket that is empty. */
  readonly level?: Level;
  readonly leave?: () => void;
};

export type Asking = {
  readonly contract: Contract;
  readonly headers: IncomingHttpHeaders;
  readonly method: string;
  readonly url: string;
  readonly address: string;
  readonly params: unknown;
};

type Doors = {
  readonly identities: Identities;
  readonly credentials: Credentials;
  readonly allowances: Allowances;
  readonly tickets: StreamTickets;
  readonly places: Places;
  readonly guesses: Windows;
  readonly desk: Pick<Desk, 'sessionOf'>;
};

const OPEN: Admitted = { who: null, session: null, again: () => Promise.resolve(true) };

type Needed = Pick<Gate, 'store' | 'limit' | 'twoFactors'>;

/** Judges one request by its route's contract. */
export const admit = async (gate: Needed, doors: Doors, asking: Asking): Promise<Admitted | Turned> => {
  const { contract, headers, method, url, address, params } = asking;
  // A ticket is no credential but where streams begin; anywhere else it is one in an address like any other.
  const ticket = isStream(contract) ? ticketIn(url) : undefined;
  if (credentialInAddress(ticket === undefined ? url : ticket.rest)) return { code: 'auth.query', who: null };
  if (isSelf(contract.needs)) {
    const session = credentialOf(headers).kind === 'none' ? await doors.desk.sessionOf(headers) : null;
    if (session === null) return { code: 'auth.missing', who: null };
    // A cookie comes along by itself: who changes something proves that a page of ours sent it.
    return provesOrigin(method, headers) ? { ...OPEN, session } : { code: 'origin.foreign', who: null };
  }
  const permission = permissionOf(contract.needs);
  if (permission === undefined) return OPEN;
  const credential = credentialOf(headers);
  if (credential.kind === 'two') return { code: 'auth.ambiguous', who: null };
  if (ticket !== undefined && credential.kind === 'key') return { code: 'auth.ambiguous', who: null };
  const bought = ticket === undefined ? undefined : doors.tickets.take(ticket.plain, ticket.path);
  if (ticket !== undefined && bought === undefined)
    return { code: stranger(gate, doors, address), who: null, why: 'ticket.wrong' };
  const plain = credential.kind === 'key' ? credential.plain : null;
  const now = async (): Promise<Found | NotFound> => {
    if (bought !== undefined) return bought();
    if (plain !== null) return doors.credentials.find(plain);
    const who = await bySession(gate, doors.desk, headers);
    if (who === NOWHERE) return { why: 'workspace.none' };
    if (who === ONE_FACTOR) return { why: 'factor.needed' };
    return who === null ? { why: 'auth.missing' } : { who };
  };
  const found = await now();
  if ('why' in found) {
    if (plain === null && bought === undefined)
      return {
        code: found.why === 'workspace.none' || found.why === 'factor.needed' ? found.why : 'auth.missing',
        who: null,
      };
    return { code: stranger(gate, doors, address), who: null, why: found.why };
  }
  const { who, limits, resource } = found;
  // A cookie comes along by itself: who changes something proves that a page of ours sent it.
  if (plain === null && !provesOrigin(method, headers)) return { code: 'origin.foreign', who };
  if (resource !== undefined && !isWithin(resource, contract.path))
    return { code: stranger(gate, doors, address), who: null, why: 'token.audience' };
  const user = who.kind === 'user' ? who.id : who.user;
  const leave = doors.allowances.enter(who.id, limits, { user, workspace: who.workspace });
  if (typeof leave !== 'function') return { ...leave, who };
  const verdict = await judge(doors.places, who, permission, contract, params);
  if (verdict !== undefined) return { code: verdict, who, leave };
  return {
    who,
    session: null,
    leave,
    now,
    again: async () => {
      const still = await now();
      return 'who' in still && (await judge(doors.places, still.who, permission, contract, params)) === undefined;
    },
  };
};

/** Somebody who is signed in, and a member of nothing. */
const NOWHERE = 'nowhere';
/** Somebody who came in by a password alone where that is not enough. */
const ONE_FACTOR = 'one factor';

const stranger = (gate: Needed, doors: Doors, address: string): ProblemCode =>
  doors.guesses.add(networkOf(address)) > gate.limit.guesses ? 'auth.limit' : 'auth.invalid';

/**
 * The account behind a session's cookie, in the workspace that the session acts in (acting.ts).
 * Who administrates the instance and stands in no workspace stands in that role alone.
 */
const bySession = async (
  gate: Needed,
  desk: Pick<Desk, 'sessionOf'>,
  headers: IncomingHttpHeaders,
): Promise<Principal | typeof NOWHERE | typeof ONE_FACTOR | null> => {
  const session = await desk.sessionOf(headers);
  if (session === null) return null;
  const { directory } = gate.store;
  const workspace = await actsIn(directory, session);
  if (await lacksFactor(gate, session, workspace)) return ONE_FACTOR;
  return (await directory.user(workspace ?? INSTANCE, session.user.id, isWeak(session.how))) ?? NOWHERE;
};

/** The code of the refusal, or undefined when the principal may. */
export const judge = async (
  places: Places,
  who: Principal,
  permission: Permission,
  contract: Contract,
  params: unknown,
): Promise<ProblemCode | undefined> => {
  if (!holdsSomewhere(who, permission)) return 'permission.missing';
  switch (contract.on) {
    case 'any':
      return undefined;
    case 'workspace':
    case 'nobody':
      return may(who, permission, { workspace: who.workspace }) ? undefined : 'permission.missing';
    case 'project':
      // Of one flow alone: nothing of a whole project is for it, whichever that is.
      return who.flows === undefined ? undefined : 'permission.missing';
    case 'flow':
    case 'deleted':
    case 'run': {
      // What is recorded before it is done must be about something that is there.
      if (contract.audited !== 'before' && mayAll(who, permission)) return undefined;
      const id: unknown = typeof params === 'object' && params !== null ? Reflect.get(params, 'id') : undefined;
      return places.judge(who, permission, contract.on, id);
    }
  }
};

/** Is there no flow in the workspace that this is not held for? Then none has to be looked up. */
const mayAll = (who: Principal, permission: Permission): boolean =>
  who.flows === undefined &&
  who.projects === undefined &&
  who.permissions.includes(permission) &&
  who.permissions.includes('workspace.manage');
