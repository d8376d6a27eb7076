/** What the hooks of one request leave for each other. */

import type { Principal } from '@headgate/core';
import type { Contract } from '@headgate/core/api';

export type Passage = {
  readonly contract: Contract;
  who: Principal | null;
  keyHash: string | null;
  /** The one text of the answer that the guard leaves alone. */
  reveal?: string;
  release?: () => void;
};

declare module 'fastify' {
  interface FastifyRequest {
    passage: Passage | null;
  }
  interface FastifyContextConfig {
    contract?: Contract;
  }
}
