/** What the engine does with models for the gateway: look at a provider, tell what lies on the server, and ask a question of a person's own. */

import type { ModelsPort } from '@headgate/core';
import { lookAt } from './look.ts';
import { type OwnDeps, ownAsk } from './own.ts';

export const modelsPort = (deps: OwnDeps): ModelsPort => ({
  test: lookAt(deps),
  ask: ownAsk(deps),
  here: () => deps.providers.here(),
});
