/** Engine tokens: made, listed, refreshed, ended; and the keys that sign them. */

import { beyond } from '@headgate/core';
import { ROUTES } from '@headgate/core/api';
import type { TokenRow } from '../../store/token.ts';
import { credentialOf } from '../identity.ts';
import { networkOf } from '../accounts/throttle.ts';
import { implement, type Route } from '../implement.ts';
import type { Lodge } from '../lodge.ts';
import { cancelOrphans } from '../orphans.ts';
import { give, MISSING, nothing, refuse } from '../outcome.ts';
import { iso } from '../times.ts';
import { boundedBy } from '../tokens/bounded.ts';
import { LONGEST, SKEW } from '../tokens/engine-token.ts';
import { newToken, signed, successorOf } from '../tokens/issue.ts';

const HOUR = 3_600;
/** How long a refreshed token is good besides its successor, for requests under way. */
const AFTER = 60_000;

const shown = (row: TokenRow) => {
  const { workspace: _workspace, issued, expires, renewable, renewed, revoked, ...about } = row;
  return {
    ...about,
    issued: new Date(issued).toISOString(),
    expires: new Date(expires).toISOString(),
    renewable: new Date(renewable).toISOString(),
    renewed: iso(renewed),
    revoked: iso(revoked),
  };
};

export const tokenRoutes = ({ gate, tokens, guesses, audit }: Lodge): readonly Route[] => {
  const { store } = gate;

  /** Ends the family of a token that came twice, and says so. */
  const endFamily = async (row: TokenRow): Promise<void> => {
    await store.in(row.workspace).tokens.revoke({ token: row.id }, gate.clock());
    const { workspace, id: actor, family: object } = row;
    await audit.record({ workspace, actor, action: 'refreshToken', object, decision: 'deny', reason: 'token.reuse' });
  };

  return [
    implement(ROUTES.createToken, async ({ who, body, made: id }) => {
      const scope = {
        permissions: [...new Set(body.permissions)],
        projects: body.projects ?? null,
        flows: body.flows ?? null,
      };
      const bounded = await boundedBy(gate, who);
      if (bounded !== null) return bounded;
      const more = beyond(who, scope);
      if (more.length > 0)
        return refuse(
          'token.beyond',
          `Who asks for this token does not hold ${more.join(', ')}`,
          'Leave these out, or ask with a key that holds them.',
        );
      const lifetime = (body.lifetime ?? HOUR) * 1000;
      const renewable = (body.renewable ?? 0) * 1000;
      const row = newToken(gate, who, { id, name: body.name, ...scope, lifetime, renewable });
      await store.in(who.workspace).tokens.create(row);
      const token = await signed(gate, tokens.issuer, row);
      return { ...give(201, { ...shown(row), token }), fresh: token };
    }),

    implement(ROUTES.listTokens, async ({ who }) =>
      give(200, { engine: store.instance, tokens: (await store.in(who.workspace).tokens.list()).map(shown) }),
    ),

    implement(ROUTES.refreshToken, async ({ request }) => {
      const credential = credentialOf(request.headers);
      if (credential.kind === 'none') return refuse('auth.missing');
      const good = credential.kind === 'key' ? await tokens.judge(credential.plain) : { why: 'auth.ambiguous' };
      if ('why' in good) {
        const code = guesses.add(networkOf(request.ip)) > gate.limit.guesses ? 'auth.limit' : 'auth.invalid';
        return { ...refuse(code), why: good.why };
      }
      const { row } = good;
      const now = gate.clock();
      if (row.renewable <= now) return refuse('token.final');
      const after = successorOf(gate, row);
      const { workspace, id: actor } = row;
      const recorded = await audit.record({
        workspace,
        actor,
        action: 'refreshToken',
        object: after.id,
        decision: 'allow',
        reason: null,
      });
      if (!recorded) return refuse('audit.down');
      if (!(await store.tokens.renew(row.id, after, now, now + AFTER - SKEW))) {
        await endFamily(row);
        return { ...refuse('auth.invalid'), why: 'token.reuse' };
      }
      const token = await signed(gate, tokens.issuer, after);
      return { ...give(200, { ...shown(after), token }), fresh: token };
    }),

    implement(ROUTES.revokeToken, async ({ who, params }) => {
      const ended = await store.in(who.workspace).tokens.revoke({ token: params.id }, gate.clock());
      if (ended === 0) return MISSING;
      await cancelOrphans(gate, who.workspace, who);
      return nothing();
    }),

    implement(ROUTES.revokeTokens, async ({ who, query }) => {
      const what = query.subject === undefined ? { all: true as const } : { subject: query.subject };
      const revoked = await store.in(who.workspace).tokens.revoke(what, gate.clock());
      await cancelOrphans(gate, who.workspace, who);
      return give(200, { revoked });
    }),

    implement(ROUTES.rotateTokenKeys, async ({ body }) => {
      const now = gate.clock();
      // Cut off, a key is over before the skew of clocks could lend it a little more.
      const until = body.end === true ? now - SKEW : now + LONGEST;
      return give(200, { kid: await store.tokens.rotateKeys(now, until) });
    }),

    implement(ROUTES.tokenKeys, async () =>
      give(200, { keys: (await store.tokens.keys(gate.clock())).map(({ key }) => key) }),
    ),
  ];
};
