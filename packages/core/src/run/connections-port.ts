/**
 * What the gateway may ask of the engine about connections (OAuth 2.0 towards outside services). The gateway opens no secret
 * and calls nobody: it hands over who asks and what the browser brought back, and is told what became of it.
 */

import type { Principal } from '../access/permission.ts';
import type { Result } from '../problem.ts';

/** Which connection; `environment`: the one it is for, `*` for all. */
export type ConnectionAt = { readonly project: string; readonly name: string; readonly environment: string };

/** What has to be done next, by a person or by nobody. Times are milliseconds since the epoch. */
export type ConnectNext =
  | { readonly next: 'browser'; readonly url: string; readonly until: number }
  | {
      readonly next: 'device';
      readonly url: string;
      readonly code: string;
      readonly complete: string | null;
      readonly until: number;
    }
  | { readonly next: 'done' };

/** What a service sent the browser back with. */
export type ConnectAnswer = {
  readonly state?: string | undefined;
  readonly code?: string | undefined;
  readonly iss?: string | undefined;
  readonly error?: string | undefined;
};

export type ConnectionsPort = {
  /** `session`: of the browser that asks, the only one that can finish it; null: it is none. */
  readonly begin: (who: Principal, at: ConnectionAt, session: string | null) => Promise<Result<ConnectNext>>;
  /** The connection that this answer finished. `session`: of the browser that brought it. */
  readonly finish: (who: Principal, session: string | null, answer: ConnectAnswer) => Promise<Result<ConnectionAt>>;
  /** Gives the tokens back and forgets them. Whether the service took them; null: it offers no way. */
  readonly end: (who: Principal, at: ConnectionAt) => Promise<Result<boolean | null>>;
};
