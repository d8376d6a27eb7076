/** What is kept of the policy of a workspace, as types. */

/** What of all powers steps of a workspace may use, in the grammar of powers; `only` null: all that is not denied. */
export type PolicyRow = {
  readonly only: readonly string[] | null;
  readonly denied: readonly string[];
  readonly updated: number;
  /** Who set it. */
  readonly by: string;
};

export type PolicyStore = {
  /** Null: it never had one. */
  get(): Promise<PolicyRow | null>;
  set(row: PolicyRow): Promise<void>;
};
