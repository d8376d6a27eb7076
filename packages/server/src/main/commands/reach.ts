/** Where the server is and who asks: what commands at a running server have in common. */

import type { Command } from 'commander';
import type { Where } from '../remote/ask.ts';

export type Reach = { readonly url?: string; readonly keyFile: string };
export type Act<A extends unknown[], O> = (where: Where, ...rest: [...A, O]) => Promise<number>;
/** Turns what a command does at a server into its action. */
export type At = <A extends unknown[], O extends Reach>(act: Act<A, O>) => (...given: [...A, O]) => Promise<void>;

/** Every command at a running server has these options. */
export const reach = (command: Command): Command =>
  command
    .option('--url <url>', 'address of the server (default: that of HEADGATE_HOST and HEADGATE_PORT)')
    .requiredOption(
      '--key-file <file>',
      'file that holds your API key, from headgate superuser or the web app’s settings; keys are never given on the command line',
    );
