/** Where the step kinds that come with the server lie. Apart from the house, so that checking a file loads no engine. */

import { fileURLToPath } from 'node:url';

export const builtInSteps = (): string => fileURLToPath(new URL('../steps', import.meta.url));
