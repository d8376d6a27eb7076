/** What tests of environments read of answers. It is no contract: what an answer holds is in core/api. */

export type Json = {
  readonly id: string;
  readonly revision: number;
  readonly version: number;
  readonly code: string;
  readonly output: unknown;
  readonly flow: unknown;
  readonly title: string;
  readonly approval: boolean;
  readonly runs: readonly object[];
  readonly warnings: readonly object[];
  readonly environments: readonly object[];
  readonly deployments: readonly object[];
  readonly values: readonly object[];
  readonly secrets: object;
  readonly powers: { readonly missing: readonly object[] };
  readonly promotion: { readonly id: string; readonly state: string };
  readonly granted: readonly { readonly environment: string }[];
  readonly webhooks: readonly { readonly url: string }[];
  readonly promotions: readonly { readonly state: string }[];
};
