/**
 * The launcher as it is, for a runner that lies in this folder: one more folder that may be read, which no release has.
 */

import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

process.argv.push(dirname(fileURLToPath(import.meta.url)));
await import('../child/launch.ts');
