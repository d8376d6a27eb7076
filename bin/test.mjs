/** `npm test`: every test, or those that its arguments name (arguments of vitest). */
import { enter } from './house/say.mjs';
import { runTests } from './house/tests.mjs';

await enter(() => runTests(process.argv.slice(2)));
