/** Secrets as the store keeps them, as types: sealed with vault-seal, and opened by nobody in this room. */

export type SecretRow = {
  readonly id: string;
  readonly name: string;
  readonly kind: string;
  /** Where it holds: one environment, or `*`, all of them. */
  readonly environment: string;
  readonly origins: readonly string[];
  readonly version: number;
  readonly created: number;
  readonly updated: number;
};

/** A secret for the opening half, with what its value is bound to. */
export type SealedSecret = {
  readonly id: string;
  readonly kind: string;
  readonly version: number;
  readonly environment: string;
  readonly origins: readonly string[];
  readonly sealed: Uint8Array;
};

/** The secrets of one workspace. */
export type SecretStore = {
  /** Seals with vault-seal; overwrites a secret of the same name, raising its version. Null: no such project or environment. */
  put(s: {
    project: string;
    name: string;
    /** Default `*`: all of them. */
    environment?: string;
    origins: readonly string[];
    /** `plain` (the value as it is), or the kind of credential whose JSON the value is. Default `plain`. */
    kind?: string;
    value: string;
    owner: string;
    at: number;
  }): Promise<{ id: string; version: number } | null>;
  list(project: string): Promise<SecretRow[]>;
  remove(project: string, name: string, environment?: string): Promise<boolean>;
  /** Sealed bytes for the opening half: the secret of that environment, else the one that holds in all of them. */
  sealed(project: string, name: string, environment: string): Promise<SealedSecret | null>;
  /** Seals a new value of the same kind for the same origins, as the next version; null: it is not at `version` any more. */
  renew(s: {
    project: string;
    name: string;
    environment: string;
    version: number;
    value: string;
    at: number;
  }): Promise<number | null>;
};
