/** Where the services and kinds of providers that come with the server lie. Apart from the house, so that checking a file loads no engine. */

import { fileURLToPath } from 'node:url';

export const builtInProviders = (): string => fileURLToPath(new URL('../../providers', import.meta.url));
export const builtInServices = (): string => fileURLToPath(new URL('../../services', import.meta.url));
