/** The tables of OAuth as Kysely sees them. */

import type { GeneratedAlways } from 'kysely';

export type OauthTables = {
  oauth_client: {
    n: GeneratedAlways<number>;
    id: string;
    workspace: string;
    name: string;
    redirects: string;
    by: string;
    created: number;
  };
  /** What a person let an application do; its codes and tokens go with it. */
  oauth_consent: {
    n: GeneratedAlways<number>;
    id: string;
    workspace: string;
    user: string;
    client: string;
    name: string;
    permissions: string;
    resource: string;
    created: number;
    revoked: number | null;
  };
  oauth_code: {
    hash: string;
    consent: string;
    redirect: string;
    challenge: string;
    expires: number;
    used: number | null;
  };
  oauth_token: {
    hash: string;
    consent: string;
    kind: string;
    issued: number;
    expires: number;
    used: number | null;
  };
};
