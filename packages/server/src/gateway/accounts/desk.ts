/**
 * The desk: where who signed in gets a session, and where the session that comes with a request is looked up.
 *
 * DE1 A session is begun anew at every sign-in; the one that came with the request ends (no id survives it, TOK-09).
 * DE2 An account that waits for approval gets no session.
 * DE3 A request that changes something by a session's cookie has to prove that a page of ours sent it; unlike a key, a
 *     cookie comes along by itself (GUI-07).
 */

import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyRequest } from 'fastify';
import type { How, Session, Tried, User } from '../../store/accounts/port.ts';
import { TooBusy } from '../../store/accounts/password.ts';
import { actsIn, lacksFactor } from '../acting.ts';
import type { Audit } from '../audit.ts';
import { INSTANCE, type Gate } from '../deps.ts';
import { give, refuse, type Plain, type Refused, seeOther } from '../outcome.ts';
import { type Cookies, cookiesFor } from './cookies.ts';
import { evenly } from './even.ts';
import { networkOf, Throttle } from './throttle.ts';

/** How long the cookie of a session is kept; the server may end it sooner. */
const COOKIE_AGE = 14 * 24 * 3600;
const STEP_AGE = 600;
/** So long after signing in, no further proof is asked for, in milliseconds. */
const FRESH = 10 * 60_000;

export const AUTH = '/api/v1/auth';
/** Tells a browser to keep nothing that a session showed. */
export const FORGET = { 'clear-site-data': '"cache", "storage"' } as const;

export const HOME = `${AUTH}/account`;

export const shownAccount = (user: User) => ({
  id: user.id,
  email: user.email,
  name: user.name,
  administrator: user.administrator,
  state: user.state,
  factor: user.factor,
  created: new Date(user.created).toISOString(),
});

/** People ask for HTML; programs do not. */
export const wantsPage = (request: FastifyRequest): boolean => request.headers.accept?.includes('text/html') === true;

export class Desk {
  readonly cookies: Cookies;
  readonly throttle: Throttle;
  readonly #gate: Gate;
  readonly #audit: Audit;

  constructor(gate: Gate, audit: Audit) {
    this.#gate = gate;
    this.#audit = audit;
    this.cookies = cookiesFor(gate.publicUrl);
    this.throttle = new Throttle(gate.clock, gate.limit);
  }

  /** The session behind the cookie that came, when it holds. */
  async sessionOf(headers: IncomingHttpHeaders): Promise<Session | null> {
    const token = this.cookies.read(headers.cookie, 'session');
    return token === undefined ? null : this.#gate.store.accounts.sessionByCookie(token, this.#gate.clock());
  }

  /** Did they sign in minutes ago? */
  isFresh(session: Session): boolean {
    return this.#gate.clock() - session.created <= FRESH;
  }

  /** A session for somebody, in place of the one that came, and the cookie for it. */
  async begin(user: User, how: How, request: FastifyRequest): Promise<string[]> {
    const { accounts } = this.#gate.store;
    const before = await this.sessionOf(request.headers);
    if (before !== null) await accounts.end(before.user.id, before.id);
    const from = { agent: request.headers['user-agent'] ?? null, network: networkOf(request.ip) };
    const { token } = await accounts.begin(user.id, how, from, this.#gate.clock());
    await this.record(user.id, 'login', how);
    const here = await actsIn(this.#gate.store.directory, { workspace: null, user });
    if (here !== null) await this.record(user.id, 'workspace.entered', how, here);
    return [this.cookies.set('session', token, COOKIE_AGE), this.cookies.clear('step')];
  }

  /** Where somebody who has signed in goes on: where it was asked for, else to the web app where there is one. */
  #front(request: FastifyRequest): string {
    const { web, app } = this.#gate;
    return web && app !== null && this.returnOf(request) === null ? '/' : HOME;
  }

  /** What a try to sign in is answered with. `to`: where a browser goes on. */
  async answer<const S extends 200 | 201>(tried: Tried, request: FastifyRequest, status: S, to?: string) {
    switch (tried.kind) {
      case 'wrong':
        return refuse('auth.wrong');
      case 'locked':
        return refuse('auth.limit');
      case 'busy':
        return refuse('auth.busy');
      case 'code': {
        const cookie = this.cookies.set('step', pack(tried.ticket), STEP_AGE);
        if (wantsPage(request)) return seeOther(`${AUTH}/login/code`, { 'set-cookie': cookie });
        return { ...give(status, { state: 'code' as const }), headers: { 'set-cookie': cookie } };
      }
      case 'in': {
        if (tried.user.state !== 'active') return refuse('auth.pending');
        const cookies = await this.begin(tried.user, tried.how, request);
        if (wantsPage(request))
          return seeOther((await this.#wanting(tried)) ?? to ?? this.#front(request), { 'set-cookie': cookies });
        const body = { state: 'in' as const, account: shownAccount(tried.user) };
        return { ...give(status, body), headers: { 'set-cookie': cookies } };
      }
    }
  }

  /** Where a second factor is set up, for who signed in without one and needs one somewhere; null: nothing is wanting. */
  async #wanting({ user, how }: { readonly user: User; readonly how: How }): Promise<string | null> {
    if (user.factor) return null;
    for (const { id } of [{ id: null }, ...(await this.#gate.store.directory.workspacesOf(user.id))])
      if (await lacksFactor(this.#gate, { how }, id)) return `${AUTH}/totp`;
    return null;
  }

  /** After a change that ended every session: a new one for who made it. `how`: what he proved with it, where that is more or less. */
  async renew(session: Session, request: FastifyRequest, to: string, how?: How): Promise<Plain | Refused> {
    const user = await this.#gate.store.accounts.user(session.user.id);
    if (user === null || user.state !== 'active') return refuse('auth.missing');
    const cookies = await this.begin(user, how ?? howOf(session.how), request);
    if (wantsPage(request)) return seeOther(to, { 'set-cookie': cookies });
    return { status: 204, type: '', text: null, headers: { 'set-cookie': cookies } };
  }

  /** The ticket of the step before. */
  ticketOf(request: FastifyRequest): string | undefined {
    const value = this.cookies.read(request.headers.cookie, 'step');
    return value === undefined ? undefined : unpack(value);
  }

  /** The cookie that brings somebody back to this page of ours after signing in; null: the address is none to come back to. */
  returnCookie(url: string): string | null {
    return isReturn(url) ? this.cookies.set('return', pack(url), STEP_AGE) : null;
  }

  /** Where somebody who signed in wanted to go, once: a page of consent of this server, and nothing else ever. */
  returnOf(request: FastifyRequest): string | null {
    const value = this.cookies.read(request.headers.cookie, 'return');
    const url = value === undefined ? '' : unpack(value);
    return isReturn(url) ? url : null;
  }

  /** `Lax` where another site sends the browser back. */
  stepCookie(ticket: string, sameSite: 'Strict' | 'Lax' = 'Strict'): string {
    return this.cookies.set('step', pack(ticket), STEP_AGE, sameSite);
  }

  /**
   * Judges a credential: counted before it is looked at, answered in even time, forgiven when it was right. `right`: was it?
   */
  async judged<T>(
    account: string,
    request: FastifyRequest,
    right: (answer: T) => boolean,
    work: () => Promise<T>,
  ): Promise<T | Refused> {
    const network = networkOf(request.ip);
    if (!this.throttle.try(account, network)) return refuse('auth.limit');
    try {
      const answer = await evenly(this.#gate.limit.even, work);
      if (right(answer)) this.throttle.forgive(account, network);
      return answer;
    } catch (error) {
      if (error instanceof TooBusy) return refuse('auth.busy');
      throw error;
    }
  }

  /** Puts an allowed deed of an account on record; it is done already, so a trail that is down does not undo it. */
  async record(user: string, action: string, object: string, workspace: string = INSTANCE): Promise<void> {
    await this.#audit.record({ workspace, actor: user, action, object, decision: 'allow', reason: null });
  }
}

const howOf = (text: string): How => {
  const known = (['password', 'password+code', 'passkey'] as const).find((one) => one === text);
  return known ?? (text.startsWith('sso:') ? `sso:${text.slice(4)}` : 'link');
};

const RETURN = '/api/v1/oauth/authorize?';
const LONGEST_RETURN = 2_500;

/** By its first signs and its alphabet, which has no host, no backslash and no line break in it (GUI-10). */
const isReturn = (url: string): boolean =>
  url.startsWith(RETURN) && url.length <= LONGEST_RETURN && /^[A-Za-z0-9/._~%&=?+*:@,;!$'()-]+$/.test(url);

/** A ticket as the value of a cookie. */
const pack = (ticket: string): string => Buffer.from(ticket).toString('base64url');
const unpack = (value: string): string => Buffer.from(value, 'base64url').toString('utf8');
