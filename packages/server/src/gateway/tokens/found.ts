/** What a credential turned out to be: who acts by it, or why it is none. Each kind of credential has one verifier. */

import type { Principal } from '@headgate/core';
import type { KeyLimits } from '../../store/key.ts';

export type Found = {
  readonly who: Principal;
  readonly limits?: KeyLimits;
  /** The only address, with all below it, that the credential is for; absent: every route. */
  readonly resource?: string;
};

/** `why`: for the audit trail alone; the caller hears the same of every credential that is not good. */
export type NotFound = { readonly why: string };
