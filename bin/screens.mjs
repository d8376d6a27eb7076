/** `npm run screens`: takes the pictures of the main screens again, into docs/screens. Look at each before it is kept. */
import { enter } from './house/say.mjs';
import { runTests } from './house/tests.mjs';

await enter(() =>
  runTests(['test/web/screens.test.ts', 'test/web/agent-screens.test.ts'], { HEADGATE_SCREENS: 'take' }),
);
