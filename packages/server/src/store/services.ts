/** What the store keeps of services that a workspace described itself, as types. */

export type OwnServiceRow = {
  readonly name: string;
  /** Another one whenever the manifest is another one. */
  readonly hash: string;
  readonly by: string;
  readonly updated: number;
};

export type OwnServices = {
  /** By name, without the manifests. */
  list(): Promise<readonly OwnServiceRow[]>;
  /** The manifests, as they were accepted. */
  docs(): Promise<readonly unknown[]>;
  /** Keeps it, over the one of the same name. False: the workspace has as many as it may. */
  put(row: OwnServiceRow & { readonly doc: unknown }): Promise<boolean>;
  /** False: there is none. */
  remove(name: string): Promise<boolean>;
};
