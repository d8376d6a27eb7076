/** A secret as it is listed; a connection, which is made and renewed in its own way, is none here. */

import type { Answer } from '../../transport/client.ts';

type Listed = Answer<'listSecrets'>['secrets'][number];

export type Secret = Listed & { readonly kind: Exclude<Listed['kind'], 'connection'> };
