/**
 * Making a connection hold, and ending it: authorization code with PKCE (RFC 6749, 7636, 9207), client credentials, and the
 * return of tokens (RFC 7009). Codes of devices are in device.ts, renewals in renew.ts.
 *
 * CO1 A code counts only with what this server began: single-use state, for the session and the person that began it, the
 *     verifier that nobody else has, the exact address to go back to, and the provider it was begun at.
 * CO2 The connection that is finished is the one that was begun, by its id: one made anew under the same name is another.
 * CO3 Tokens are sealed, and known to the guard, before this answers.
 */

import {
  bad,
  type ConnectAnswer,
  type Connection,
  type ConnectionsPort,
  good,
  may,
  type Principal,
  problem,
  type Problem,
} from '@headgate/core';
import { mayAsk, reachOf } from '../may-ask.ts';
import { askServer, askToken, type TokenSaid } from '../oauth-call.ts';
import { Devices } from './device.ts';
import { CLOSED, type ConnectDeps, failed } from './failed.ts';
import { withoutTokens, withTokens } from './next.ts';
import { type Pending, PendingConnections } from './pending.ts';
import type { Opened } from './shelf.ts';

/** Of two who write the same connection, the later tries again with what the earlier left. */
const TRIES = 3;

const CODES: ReadonlySet<string> = new Set([
  ...['access_denied', 'invalid_request', 'unauthorized_client', 'unsupported_response_type', 'invalid_scope'],
  ...['server_error', 'temporarily_unavailable', 'login_required', 'consent_required', 'interaction_required'],
]);

export const newConnections = (d: ConnectDeps): ConnectionsPort => {
  const pending = new PendingConnections(d.now);

  const ask = async (who: Principal, of: Opened, fields: Readonly<Record<string, string | undefined>>) => {
    const { tokenUrl } = of.held;
    const object = `${of.at.name} at ${new URL(tokenUrl).origin}`;
    const deed = { workspace: of.workspace, actor: who.id, action: 'connection.token', object, run: null, step: null };
    if (!(await mayAsk(d, tokenUrl, deed))) return bad<TokenSaid>(failed(of, CLOSED));
    const said = await askToken(d.door, tokenUrl, of.held, fields);
    return 'why' in said ? bad<TokenSaid>(failed(of, said)) : good(said);
  };

  /** Seals what came, over whatever was written meanwhile. */
  const keep = async (who: Principal, of: Opened, next: (held: Connection) => Connection): Promise<boolean> => {
    let now: Opened | null = of;
    for (let tries = 0; now !== null && now.id === of.id && tries < TRIES; tries += 1) {
      const kept = await d.shelf.write(now, next(now.held), who.user ?? who.id);
      await d.learn();
      if (kept !== null) return true;
      now = await d.shelf.read(of.workspace, of.at);
    }
    return false;
  };

  const take = async (who: Principal, of: Opened, asked: number, said: TokenSaid): Promise<Problem | null> =>
    // What was agreed to anew takes the place of all there was: an old refresh token is none of its own.
    (await keep(who, of, (held) => withTokens(withoutTokens(held), said, asked))) ? null : NOT_HERE;

  const devices = new Devices(d, take);

  const browser = async (who: Principal, of: Opened, session: string | null) => {
    const { authorizeUrl, clientId, scope, parameters } = of.held;
    if (session === null || authorizeUrl === undefined)
      return bad<never>(
        problem('connection.browser', 'Somebody has to agree in a browser', {
          fix: 'Sign in to the web app and connect it there: Trust, Connections.',
        }),
      );
    if (!(await d.reaches(of.workspace, reachOf(authorizeUrl, 'GET')))) return bad<never>(failed(of, CLOSED));
    const begun = pending.begin(of, who.id, session);
    if (begun === null)
      return bad<never>(
        problem('connection.busy', 'Too many connections are being made at this moment', { retry: 'yes' }),
      );
    const url = new URL(authorizeUrl);
    for (const [name, value] of Object.entries({
      ...parameters,
      response_type: 'code',
      client_id: clientId,
      redirect_uri: d.back,
      ...(scope === undefined ? {} : { scope }),
      state: begun.state,
      code_challenge: begun.challenge,
      code_challenge_method: 'S256',
    }))
      url.searchParams.set(name, value);
    return good({ next: 'browser' as const, url: url.href, until: begun.until });
  };

  return {
    begin: async (who, at, session) => {
      const of = await d.shelf.read(who.workspace, at);
      if (of === null) return bad(NOT_HERE);
      switch (of.held.grant) {
        case 'code':
          return browser(who, of, session);
        case 'device':
          return devices.begin(who, of);
        case 'client': {
          const asked = d.now();
          const said = await ask(who, of, { grant_type: 'client_credentials', scope: of.held.scope });
          if (!said.ok) return said;
          const wrong = await take(who, of, asked, said.value);
          return wrong === null ? good({ next: 'done' }) : bad(wrong);
        }
      }
    },

    finish: async (who, session, answer) => {
      const begun = answer.state === undefined ? null : pending.take(answer.state);
      if (begun === null || !isTheirs(begun, who, session)) return bad(STRANGE);
      const of = await d.shelf.read(begun.of.workspace, begun.of.at);
      if (of === null || of.id !== begun.of.id) return bad(STRANGE);
      const wrong = wrongIn(of.held, answer);
      if (wrong !== null) return bad(wrong);
      const asked = d.now();
      const said = await ask(who, of, {
        grant_type: 'authorization_code',
        code: answer.code,
        redirect_uri: d.back,
        code_verifier: begun.verifier,
      });
      if (!said.ok) return said;
      const late = await take(who, of, asked, said.value);
      return late === null ? good(of.at) : bad(late);
    },

    end: async (who, at) => {
      const of = await d.shelf.read(who.workspace, at);
      if (of === null) return bad(NOT_HERE);
      devices.forget(of.id);
      const revoked = await giveBack(d, who, of);
      return (await keep(who, of, (held) => withoutTokens(held))) ? good(revoked) : bad(NOT_HERE);
    },
  };
};

/** Was it begun by this person in this session, and may he still? */
const isTheirs = (begun: Pending, who: Principal, session: string | null): boolean =>
  session !== null &&
  begun.session === session &&
  begun.who === who.id &&
  begun.of.workspace === who.workspace &&
  may(who, 'secret.write', { workspace: who.workspace, project: begun.of.at.project });

/** What is wrong with an answer, or null. */
const wrongIn = (held: Connection, { iss, error, code }: ConnectAnswer): Problem | null => {
  // One that names itself has to be the one it was begun at: else another's code is carried to this one's server.
  if (iss !== undefined && !isIssuer(held, iss))
    return problem('connection.issuer', 'The answer names another provider than the connection is for', {
      fix: 'Begin again. If it is the right one, make the connection with what it calls itself as issuer.',
    });
  if (error !== undefined)
    return problem('connection.denied', `The service did not agree${CODES.has(error) ? ` (${error})` : ''}`, {
      fix: 'Begin again, and agree there.',
    });
  return code === undefined || code === '' ? STRANGE : null;
};

const isIssuer = ({ issuer, authorizeUrl = '' }: Connection, iss: string): boolean =>
  issuer !== undefined ? iss === issuer : URL.canParse(iss) && new URL(iss).origin === new URL(authorizeUrl).origin;

/** Gives the tokens back (RFC 7009). Did the service take them? Null: it offers no way, or there was nothing. */
const giveBack = async (d: ConnectDeps, who: Principal, of: Opened): Promise<boolean | null> => {
  const { revokeUrl, refresh, access } = of.held;
  if (revokeUrl === undefined || (refresh === undefined && access === undefined)) return null;
  const object = `${of.at.name} at ${new URL(revokeUrl).origin}`;
  const deed = { workspace: of.workspace, actor: who.id, action: 'connection.revoke', object, run: null, step: null };
  if (!(await mayAsk(d, revokeUrl, deed))) return false;
  let taken = true;
  for (const [token, token_type_hint] of [[refresh, 'refresh_token'] as const, [access, 'access_token'] as const]) {
    if (token === undefined) continue;
    const came = await askServer(d.door, revokeUrl, of.held, { token, token_type_hint });
    taken = taken && !('why' in came) && came.status >= 200 && came.status <= 299;
  }
  return taken;
};

const NOT_HERE = problem('missing', 'There is no such connection');

const STRANGE = problem('connection.state', 'This does not belong to a connection that was begun here a moment ago', {
  fix: 'Begin again, in the same browser: Trust, Connections.',
});
