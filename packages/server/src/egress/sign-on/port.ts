/** Single sign-on as the gateway sees it: begin at the provider, and what the provider said of who came back. */

import type { Result } from '@headgate/core';

/** What the browser carries from the beginning to the end, in a cookie of its own. */
export type Pending = { readonly state: string; readonly nonce: string; readonly verifier: string };

export type Said = {
  readonly subject: string;
  readonly email: string | null;
  /** Does the provider vouch for the address? */
  readonly verified: boolean;
  readonly name: string | null;
};

export type SignOn = {
  /** What the form calls it. */
  readonly title: string;
  readonly begin: (back: string) => Promise<Result<{ readonly url: string; readonly pending: Pending }>>;
  /** `query`: of the address the provider sent the browser back to. */
  readonly finish: (back: string, query: string, pending: Pending) => Promise<Result<Said>>;
};

export type Provider = {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly title: string;
};
