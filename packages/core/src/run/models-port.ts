/** What the gateway may ask of the engine about providers of models: it opens no secret and calls nobody itself. */

import type { Principal } from '../access/permission.ts';
import type { ModelSpec } from '../model/provider.ts';
import type { Result } from '../problem.ts';
import type { GenerateCall, Generated } from '../step/models.ts';

/** A question that somebody asks a model himself, about a flow, and not by a run of it. Times are milliseconds. */
export type OwnQuestion = Pick<GenerateCall, 'system' | 'messages' | 'tools' | 'maxTokens' | 'timeout' | 'stall'> & {
  readonly principal: Principal;
  readonly flow: string;
  /** `provider/model`. */
  readonly model: string;
  readonly signal: AbortSignal;
  /** Told each piece of what is said, without what the guard hides. */
  readonly hear: (piece: string) => void;
};

export type ModelsPort = {
  /** Names of models that a provider of the workspace says it has. `actor`: who tries it. Null: there is no such provider. */
  readonly test: (workspace: string, provider: string, actor: string) => Promise<Result<readonly string[]> | null>;
  /** One question, charged to who asks, or why it was not asked or answered. */
  readonly ask: (question: OwnQuestion) => Promise<Result<Generated>>;
  /** Models that lie on the server itself, as its admin put them there. */
  readonly here: () => Promise<readonly ModelSpec[]>;
};
