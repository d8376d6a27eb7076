/** Connections as the store keeps them, as types: a secret of the kind `connection`, and what is shown of it beside. */

import type { NoticeWrite } from './notice.ts';
import type { SealedSecret } from './secret.ts';

/** What is kept of how a connection stands. `refused`: nothing is asked for until somebody connects it anew. */
export type ConnectionStanding = {
  readonly state: 'new' | 'connected' | 'refused';
  /** The code of why it does not hold any more. */
  readonly problem: string | null;
  /** When its access token ends; null: not known, or there is none. */
  readonly expires: number | null;
  /** Whether a token that ends is renewed by itself. */
  readonly renewed: boolean;
};

/** What is shown of a connection beside what a secret shows. */
export type ConnectionShown = {
  readonly grant: string;
  readonly authorizeUrl: string | null;
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly scope: string | null;
  readonly service: string | null;
};

export type ConnectionRow = ConnectionShown &
  ConnectionStanding & {
    readonly id: string;
    readonly name: string;
    readonly environment: string;
    readonly origins: readonly string[];
    readonly version: number;
    readonly connected: number | null;
    readonly connectedBy: string | null;
    readonly created: number;
    readonly updated: number;
  };

/** Which connection; `environment`: the one it is for, `*` for all. */
export type ConnectionKey = { readonly project: string; readonly name: string; readonly environment: string };

/** The connections of one workspace. */
export type ConnectionStore = {
  list(project: string): Promise<ConnectionRow[]>;
  get(key: ConnectionKey): Promise<ConnectionRow | null>;
  /** Seals it. `taken`: there is a secret or a connection of this name; null: no such project or environment. */
  create(
    made: ConnectionKey & ConnectionShown & { origins: readonly string[]; value: string; owner: string; at: number },
  ): Promise<{ readonly id: string } | 'taken' | null>;
  /** For the opening half: that of exactly this environment. */
  sealed(key: ConnectionKey): Promise<SealedSecret | null>;
  /**
   * Seals what it holds now as the next version, and how it stands, in one transaction; null: it is not at `version` any
   * more. `by`: who connected it, where somebody did.
   */
  save(
    next: ConnectionKey &
      ConnectionStanding & {
        version: number;
        value: string;
        at: number;
        by?: string;
        /** What members are told of because of it, written with it; who connected it last is told, too. */
        notice?: NoticeWrite;
      },
  ): Promise<number | null>;
  /** Notes durably that a renewal is asked for (null: that its answer came). True: an earlier answer was never recorded. */
  asking(id: string, at: number | null): Promise<boolean>;
};
