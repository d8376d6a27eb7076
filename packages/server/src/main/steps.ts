/** Where the step kinds that come with the server lie: in the packed server among the packed ones (bin/house/bundle.mjs). */

import { fileURLToPath } from 'node:url';

export const builtInSteps = (): string => fileURLToPath(new URL('../steps', import.meta.url));
