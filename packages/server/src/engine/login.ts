/**
 * Who logs in at a database or a broker of messages: a secret, at the moment of the call. It goes to its own origins alone,
 * and that of an address of a database is its own host.
 */

import { type Problem, problem, type Result } from '@headgate/core';
import type { HeldSecret } from './secret-source.ts';

export type Logs = { readonly user: string; readonly password: string };

/** Kinds of servers as origins name them. */
export type Scheme = 'postgres' | 'mysql' | 'redis' | 'mqtt';

const SCHEMES: Readonly<Record<string, { readonly scheme: Scheme; readonly port: string }>> = {
  'postgres:': { scheme: 'postgres', port: '5432' },
  'postgresql:': { scheme: 'postgres', port: '5432' },
  'mysql:': { scheme: 'mysql', port: '3306' },
  'mariadb:': { scheme: 'mysql', port: '3306' },
  'redis:': { scheme: 'redis', port: '6379' },
  'rediss:': { scheme: 'redis', port: '6379' },
};

/** The origin of an address such as `postgresql://user:password@host/name`; null: it is no such address. */
const originOf = (address: string): string | null => {
  const url = URL.parse(address);
  const known = url === null ? undefined : SCHEMES[url.protocol];
  if (url === null || known === undefined) return null;
  return `${known.scheme}://${url.hostname.toLowerCase().replace(/\.$/, '')}:${url.port === '' ? known.port : url.port}`;
};

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/** May it be sent there at all? */
export const isFor = ({ origins, held }: HeldSecret, origin: string): boolean =>
  origins.includes(origin) || (held.kind === 'database_url' && originOf(held.url) === origin);

/** User and password. `user`: as the step says it, which a secret that names one overrules. */
export const loginOf = ({ held }: HeldSecret, name: string, user: string): Result<Logs> => {
  switch (held.kind) {
    case 'basic':
      return { ok: true, value: { user: held.user, password: held.password } };
    case 'database_url': {
      const url = new URL(held.url);
      return { ok: true, value: { user: decoded(url.username) || user, password: decoded(url.password) } };
    }
    case 'plain':
    case 'api_key':
    case 'custom':
      return { ok: true, value: { user, password: held.value } };
    case 'bearer':
      return { ok: true, value: { user, password: held.token } };
    case 'oauth2_client':
    case 'oauth2_refresh':
    case 'connection':
      return { ok: false, problem: noLogin(name, held.kind) };
  }
};

const noLogin = (name: string, kind: string): Problem =>
  problem('secret.kind', `The secret ${name} is of the kind ${kind}, which is no login of a database`, {
    at: { field: 'with.secret' },
    fix: 'Name a secret of the kind basic (user and password), database_url, or one that is a single text.',
  });
