/** Rows of keys, tokens, applications and consents, as tests of this room put them in. */

import type { ClientRow, CodeRow, ConsentRow } from '../oauth.ts';
import type { KeyRow } from '../ports.ts';
import type { TokenRow } from '../token.ts';
import { NOW } from './kit.ts';

export const clientRow = (id: string, workspace: string): ClientRow => ({
  id,
  workspace,
  name: 'c',
  redirects: ['https://a.example/cb'],
  by: 'key_v',
  created: NOW,
});

export const tokenRow = (id: string, workspace: string): TokenRow => ({
  id,
  family: id,
  workspace,
  name: 't',
  maker: 'key_v',
  subject: 'key_v',
  permissions: ['run'],
  projects: null,
  flows: null,
  issued: NOW,
  expires: NOW + 1_000,
  renewable: NOW,
  renewed: null,
  revoked: null,
});

/** A consent and its code. */
export const consentOf = (id: string, workspace: string, user: string, client: string): [ConsentRow, CodeRow] => [
  {
    id,
    workspace,
    user,
    client,
    name: 'c',
    permissions: ['run'],
    resource: 'https://a.example/api/v1',
    created: NOW,
    revoked: null,
  },
  { hash: `code of ${id}`, redirect: 'https://a.example/cb', challenge: 'x', expires: NOW + 1_000 },
];

export const keyRow = (id: string, workspace: string): KeyRow => ({
  id,
  workspace,
  name: 'k',
  hash: `hash of ${id}`,
  permissions: ['run'],
  projects: null,
  flows: null,
  expires: null,
  revoked: null,
  created: NOW,
  used: null,
});
