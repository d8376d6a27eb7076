/** The tables of accounts as Kysely sees them. better-auth reads and writes the first four besides; dates in them are ISO text. */

import type { GeneratedAlways } from 'kysely';

export type AccountTables = {
  user_account: {
    n: GeneratedAlways<number>;
    id: string;
    email: string;
    email_verified: number;
    name: string;
    image: string | null;
    two_factor: number;
    administrator: number;
    state: string;
    created: string;
    updated: string;
  };
  /** A way to sign in: `credential` with a password, or a provider's subject. */
  user_login: {
    id: string;
    user_id: string;
    provider: string;
    subject: string;
    password: string | null;
    access_token: string | null;
    refresh_token: string | null;
    id_token: string | null;
    access_expires: string | null;
    refresh_expires: string | null;
    scope: string | null;
    created: string;
    updated: string;
  };
  user_factor: {
    id: string;
    user_id: string;
    secret: string;
    recovery: string;
    verified: number;
    failed: number;
    locked_until: string | null;
  };
  user_passkey: {
    id: string;
    user_id: string;
    name: string | null;
    public_key: string;
    credential: string;
    counter: number;
    device: string;
    backed_up: number;
    transports: string | null;
    created: string | null;
    aaguid: string | null;
  };
  user_session: {
    id: string;
    hash: string;
    user_id: string;
    how: string;
    workspace: string | null;
    created: number;
    seen: number;
    expires: number;
    agent: string | null;
    network: string | null;
  };
  user_link: {
    n: GeneratedAlways<number>;
    id: string;
    hash: string;
    kind: string;
    email: string | null;
    user_id: string | null;
    made_by: string;
    created: number;
    expires: number;
    used: number | null;
  };
};
