/** What the store keeps of providers of models that a workspace set up, as types. */

export type ModelProviderRow = {
  readonly name: string;
  /** As it was accepted; what it means is core's. */
  readonly doc: unknown;
  readonly by: string;
  readonly updated: number;
};

export type ModelProviders = {
  /** By name. */
  list(): Promise<readonly ModelProviderRow[]>;
  /** Keeps it, over the one of the same name. False: the workspace has as many as it may. */
  put(row: ModelProviderRow): Promise<boolean>;
  /** False: there is none. */
  remove(name: string): Promise<boolean>;
};
