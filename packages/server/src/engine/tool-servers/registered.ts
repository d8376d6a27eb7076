/** Programs that the administrator of the machine registered as tool servers, as whoever starts them knows them. */

import { createHash } from 'node:crypto';

/**
 * `env`: values, or names of secrets of the administrator's own sources. `read`, `write`: whole paths. `workspaces`: ids, or all
 * of them.
 */
export type ToolServer = {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, { readonly secret: string } | { readonly value: string }>>;
  readonly read: readonly string[];
  readonly write: readonly string[];
  readonly memoryMb: number;
  readonly processes: number;
  readonly timeoutSeconds: number;
  readonly workspaces: '*' | readonly string[];
};

/** The user that a program is where the server is root: always the same, another for each workspace. */
export const userOf = (name: string, workspace: string): number => {
  const hash = createHash('sha256')
    .update(JSON.stringify([workspace, name]))
    .digest();
  return 90_000 + (hash.readUInt32BE(0) % 10_000);
};
