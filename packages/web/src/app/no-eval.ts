/** The schema library compiles its checks where it may make functions from text. Here nothing may: it is told before it tries. */

import { config } from 'zod';

config({ jitless: true });
