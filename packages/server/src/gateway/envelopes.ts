/** The bodies of refusals where clients of others call: OpenAI's `error`, Langflow's `detail`. Statuses are our own. */

import type { Contract } from '@headgate/core/api';
import { openError } from './chats/openai.ts';
import { MISSING, type Refused } from './outcome.ts';

/** What clients of others read, to be put beside the Problem; null: it is told as a problem of ours alone. */
export const envelopeOf = (contract: Contract | null, { refused }: Refused): object | null => {
  if (contract === null) return null;
  if (contract.tags.includes('openai')) return openError(refused, refused.code === MISSING.refused.code);
  if (!contract.tags.includes('langflow')) return null;
  const { text, fix } = refused;
  return { detail: fix === undefined ? text : `${text}. ${fix}` };
};
