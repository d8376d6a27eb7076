/** Where the step kinds and services that come with the server lie. Apart from the house, so that checking a file loads no engine. */

import { fileURLToPath } from 'node:url';

export const builtInSteps = (): string => fileURLToPath(new URL('../steps', import.meta.url));

export const builtInProviders = (): string => fileURLToPath(new URL('../../providers', import.meta.url));
export const builtInServices = (): string => fileURLToPath(new URL('../../services', import.meta.url));
