/** Making engine tokens: the row first, then the signature over what it says. */

import type { Principal } from '@headgate/core';
import type { TokenRow } from '../../store/token.ts';
import type { Gate } from '../deps.ts';
import { TOKEN_TYPE } from './engine-token.ts';

export type TokenWish = Pick<TokenRow, 'name' | 'permissions' | 'projects' | 'flows'> & {
  /** Milliseconds from now. */
  readonly lifetime: number;
  readonly renewable: number;
  readonly id: string;
};

type Makes = Pick<Gate, 'store' | 'clock' | 'newId'>;

/** The row of a new token. Whole seconds, as the token's own dates are. */
export const newToken = (gate: Makes, who: Principal, wish: TokenWish): TokenRow => {
  const now = Math.floor(gate.clock() / 1000) * 1000;
  const { id, name, permissions, projects, flows } = wish;
  return {
    id,
    family: id,
    workspace: who.workspace,
    name,
    maker: who.id,
    subject: who.user ?? who.id,
    permissions,
    projects,
    flows,
    issued: now,
    expires: now + wish.lifetime,
    renewable: now + wish.renewable,
    renewed: null,
    revoked: null,
  };
};

/** The token that comes after `row`: of the same scope, family and length of life. */
export const successorOf = (gate: Makes, row: TokenRow): TokenRow => {
  const now = Math.floor(gate.clock() / 1000) * 1000;
  const expires = Math.min(now + (row.expires - row.issued), row.renewable);
  return { ...row, id: gate.newId('t_'), issued: now, expires, renewed: null, revoked: null };
};

/** The signed token of a row. */
export const signed = (gate: Makes, issuer: string, row: TokenRow): Promise<string> =>
  gate.store.tokens.sign(
    TOKEN_TYPE,
    {
      iss: issuer,
      aud: gate.store.instance,
      sub: row.subject,
      jti: row.id,
      iat: row.issued / 1000,
      nbf: row.issued / 1000,
      exp: row.expires / 1000,
      ws: row.workspace,
      scope: row.permissions.join(' '),
      ...(row.projects === null ? {} : { projects: row.projects }),
      ...(row.flows === null ? {} : { flows: row.flows }),
    },
    gate.clock(),
  );
