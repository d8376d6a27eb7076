/** OAuth: metadata, the page of consent, tokens, and the applications that ask for them. */

import { holdsSomewhere, TOKEN_PERMISSIONS, TOKEN_SENTENCES } from '@headgate/core';
import { ROUTES } from '@headgate/core/api';
import type { ClientRow, ConsentRow } from '../../store/oauth.ts';
import { type SessionOf, sessionOf } from '../oauth/session-of.ts';
import { networkOf } from '../accounts/throttle.ts';
import { implement, type Route } from '../implement.ts';
import type { Lodge } from '../lodge.ts';
import { cancelOrphans } from '../orphans.ts';
import { give, MISSING, nothing, type Plain, refuse, type Refused, seeOther } from '../outcome.ts';
import { isNarrowed } from '../places.ts';
import { iso } from '../times.ts';
import { ACCESS, REFRESH } from '../oauth/access-token.ts';
import { ClientBook, isOneOf, isRedirect } from '../oauth/clients.ts';
import { TokenDesk } from '../oauth/grants.ts';
import { type Asked, backTo, hostOf, judgeRequest, type Query, resourcesOf, type Wrong } from '../oauth/request.ts';
import { Tickets } from '../oauth/tickets.ts';

/** How long a code lasts, in milliseconds. */
const CODE_LIFE = 60_000;

/** Where a person signs in. */
const SIGN_IN = '/api/v1/auth/login';

const clientShown = ({ id, name, redirects, by, created }: ClientRow) => ({
  id,
  name,
  redirects,
  by,
  created: new Date(created).toISOString(),
});

const consentShown = ({ id, client, name, permissions, resource, created, revoked }: ConsentRow) => ({
  id,
  client,
  name,
  permissions,
  resource,
  created: new Date(created).toISOString(),
  revoked: iso(revoked),
});

const wrongAnswer = ({ error, text }: Wrong) => give(400, { error, error_description: text });

export const oauthRoutes = (lodge: Lodge): readonly Route[] => {
  const { gate, audit, page, pageCsp, guesses } = lodge;
  const { store, publicUrl, vault } = gate;
  const issuer = `${publicUrl}/api/v1/oauth`;
  const [mcp] = resourcesOf(publicUrl);
  const book = new ClientBook(gate);
  const tickets = new Tickets(gate.clock);
  const desk = new TokenDesk(gate, audit);

  const server = {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    revocation_endpoint: `${issuer}/revoke`,
    introspection_endpoint: `${issuer}/introspect`,
    scopes_supported: TOKEN_PERMISSIONS,
    response_types_supported: ['code'],
    response_modes_supported: ['query'],
    grant_types_supported: ['authorization_code', 'refresh_token'],
    token_endpoint_auth_methods_supported: ['none'],
    revocation_endpoint_auth_methods_supported: ['none'],
    code_challenge_methods_supported: ['S256'],
    authorization_response_iss_parameter_supported: true,
    client_id_metadata_document_supported: gate.fetchDocument !== undefined,
  };
  const resource = {
    resource: mcp,
    authorization_servers: [issuer],
    scopes_supported: TOKEN_PERMISSIONS,
    bearer_methods_supported: ['header'],
    resource_name: 'Headgate',
  };

  /** Asks the person. Browsers hold the redirect that follows a form to `form-action`: so it names where that goes. */
  const consentPage = async (asked: Asked, by: SessionOf): Promise<Plain | null> => {
    const who = await store.directory.user(by.workspace, by.user, by.weak);
    if (who === null) return null;
    const ticket = vault.newKey().slice(3);
    tickets.keep(ticket, asked, by);
    const held = asked.permissions.filter((permission) => holdsSomewhere(who, permission));
    const text = gate.pages.consent({
      action: '/api/v1/oauth/authorize',
      ticket,
      client: asked.client.name,
      home: asked.client.home,
      redirectHost: hostOf(asked.redirect),
      workspace: by.workspace,
      sentences: held.map((permission) => TOKEN_SENTENCES[permission]),
      without: asked.permissions.filter((permission) => !held.includes(permission)),
    });
    const to = new URL(asked.redirect);
    // A scheme of one's own has no origin that a policy could name.
    const target = to.origin === 'null' ? to.protocol : to.origin;
    const shown = page(200, text);
    const csp = pageCsp.replace("form-action 'self'", `form-action 'self' ${target}`);
    return { ...shown, headers: { ...shown.headers, 'content-security-policy': csp } };
  };

  /** The client and the address to go back to, both known to be right; or the refusal, shown here. */
  const known = async (query: Query, by: SessionOf) => {
    const client = query.client_id === undefined ? null : await book.find(query.client_id, by.workspace);
    if (client === null) return refuse('oauth.client');
    const { redirect_uri: redirect } = query;
    return redirect !== undefined && isOneOf(client.redirects, redirect)
      ? { client, redirect }
      : refuse('oauth.redirect');
  };

  const allow = async (asked: Asked, by: SessionOf): Promise<Plain | Refused> => {
    const { client, redirect, state, challenge } = asked;
    const say = (said: Readonly<Record<string, string>>) => seeOther(backTo(redirect, issuer, state, said));
    const who = await store.directory.user(by.workspace, by.user, by.weak);
    const permissions = who === null ? [] : asked.permissions.filter((one) => holdsSomewhere(who, one));
    if (permissions.length === 0) return say({ error: 'access_denied' });
    const now = gate.clock();
    const id = gate.newId('oc_');
    const { workspace, user } = by;
    const deed = { workspace, actor: user, action: 'consent', object: id, decision: 'allow' as const, reason: null };
    if (!(await audit.record(deed))) return refuse('audit.down');
    const code = vault.newKey().slice(3);
    await store.oauth.begin(
      {
        id,
        workspace,
        user,
        client: client.id,
        name: client.name,
        permissions,
        resource: asked.resource,
        created: now,
        revoked: null,
      },
      { hash: vault.hashKey(code), redirect, challenge, expires: now + CODE_LIFE },
    );
    return say({ code });
  };

  return [
    implement(ROUTES.oauthServer, () => give(200, server)),
    implement(ROUTES.oauthServerInserted, () => give(200, server)),
    implement(ROUTES.oauthResource, () => give(200, resource)),
    implement(ROUTES.oauthResourceInserted, () => give(200, resource)),

    implement(ROUTES.authorize, async ({ query, request }) => {
      // Who is signed in first: a stranger makes this server fetch nothing and learns of no client.
      const by = await sessionOf(gate, lodge.desk, request.headers);
      if (by === null) {
        const shown = page(200, gate.pages.consentSignIn(SIGN_IN));
        const cookie = lodge.desk.returnCookie(request.raw.url ?? '');
        return cookie === null ? shown : { ...shown, headers: { ...shown.headers, 'set-cookie': cookie } };
      }
      if (by.lacking) return refuse('factor.needed');
      const right = await known(query, by);
      if ('refused' in right) return right;
      const judged = judgeRequest(query, right.client, right.redirect, publicUrl);
      if ('asked' in judged) return (await consentPage(judged.asked, by)) ?? refuse('oauth.client');
      const { error, text } = judged.wrong;
      return seeOther(backTo(right.redirect, issuer, query.state ?? null, { error, error_description: text }));
    }),

    implement(ROUTES.consent, async ({ body, request }) => {
      const by = await sessionOf(gate, lodge.desk, request.headers);
      if (by === null) return refuse('auth.missing');
      if (by.lacking) return refuse('factor.needed');
      const taken = tickets.take(body.ticket, by);
      if (taken === null) return refuse('oauth.ticket');
      const { asked } = taken;
      if (body.decision === 'allow') return allow(asked, taken.by);
      return seeOther(backTo(asked.redirect, issuer, asked.state, { error: 'access_denied' }));
    }),

    implement(ROUTES.oauthToken, async ({ body, request }) => {
      const made = await desk.exchange(body);
      if ('wrong' in made) {
        if (guesses.add(networkOf(request.ip)) > gate.limit.guesses) return refuse('auth.limit');
        return wrongAnswer(made.wrong);
      }
      const { access, refresh, seconds, scope } = made.given;
      const answer = give(200, {
        access_token: access,
        token_type: 'Bearer' as const,
        expires_in: seconds,
        refresh_token: refresh,
        scope,
      });
      return { ...answer, fresh: [access, refresh] };
    }),

    implement(ROUTES.oauthRevoke, async ({ body }) => {
      const ours = body.token.startsWith(ACCESS) || body.token.startsWith(REFRESH);
      const held = ours ? await store.oauth.token(vault.hashKey(body.token)) : null;
      if (held !== null && (body.client_id === undefined || body.client_id === held.consent.client)) {
        const { workspace, id: object, user: actor } = held.consent;
        await store.oauth.end(held.consent.id, gate.clock());
        await audit.record({ workspace, actor, action: 'oauthRevoke', object, decision: 'allow', reason: null });
      }
      return nothing(200);
    }),

    implement(ROUTES.oauthIntrospect, async ({ who, body }) => {
      const held = await store.oauth.token(vault.hashKey(body.token));
      if (held === null || held.consent.workspace !== who.workspace) return give(200, { active: false });
      const { token, consent } = held;
      if (consent.revoked !== null || token.used !== null || token.expires <= gate.clock())
        return give(200, { active: false });
      return give(200, {
        active: true,
        scope: consent.permissions.join(' '),
        client_id: consent.client,
        sub: consent.user,
        exp: Math.floor(token.expires / 1000),
        iat: Math.floor(token.issued / 1000),
        aud: consent.resource,
        iss: issuer,
        token_type: token.kind === 'access' ? 'Bearer' : 'refresh_token',
      });
    }),

    implement(ROUTES.createClient, async ({ who, body, made }) => {
      const bad = body.redirects.find((one) => !isRedirect(one));
      if (bad !== undefined)
        return refuse(
          'oauth.redirect',
          'A redirect address has to be https, a loopback address, or of a scheme of its own with a full stop in it',
          'Leave out fragments, users and passwords, too.',
        );
      const row: ClientRow = {
        id: made,
        workspace: who.workspace,
        name: body.name,
        redirects: [...new Set(body.redirects)],
        by: who.id,
        created: gate.clock(),
      };
      await store.in(who.workspace).clients.create(row);
      return give(201, clientShown(row));
    }),

    implement(ROUTES.listClients, async ({ who }) =>
      give(200, { clients: (await store.in(who.workspace).clients.list()).map(clientShown) }),
    ),

    implement(ROUTES.deleteClient, async ({ who, params }) => {
      if (!(await store.in(who.workspace).clients.remove(params.id, gate.clock()))) return MISSING;
      await cancelOrphans(gate, who.workspace, who);
      return nothing();
    }),

    implement(ROUTES.listConsents, async ({ who }) => {
      const rows = who.user === undefined ? [] : await store.in(who.workspace).consents.list(who.user);
      return give(200, { consents: rows.filter(({ id }) => id === who.id || !isNarrowed(who)).map(consentShown) });
    }),

    implement(ROUTES.endConsent, async ({ who, params }) => {
      const { user } = who;
      if (isNarrowed(who) && params.id !== who.id) return MISSING;
      const ended = user !== undefined && (await store.in(who.workspace).consents.end(user, params.id, gate.clock()));
      if (!ended) return MISSING;
      await cancelOrphans(gate, who.workspace, who);
      return nothing();
    }),
  ];
};
