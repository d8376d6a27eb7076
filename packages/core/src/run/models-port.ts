/** What the gateway may ask of the engine about providers of models: it opens no secret and calls nobody itself. */

import type { Result } from '../problem.ts';

export type ModelsPort = {
  /** Names of models that a provider of the workspace says it has. Null: there is no such provider. */
  readonly test: (workspace: string, provider: string) => Promise<Result<readonly string[]> | null>;
};
