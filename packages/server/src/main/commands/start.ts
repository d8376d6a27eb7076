/** `headgate start`. */

import type { Command } from 'commander';
import { examples, type Shell } from '../shell.ts';

type Options = { readonly host?: string; readonly port?: string; readonly web: boolean; readonly docs: boolean };

export const startCommand = (program: Command, shell: Shell): void => {
  const start = program
    .command('start')
    .summary('start the server')
    .description(
      'Starts the server: gateway, engine and store in one process. It logs to standard output, one JSON line a request.\n' +
        'At SIGTERM or Ctrl-C it takes no more work, finishes or parks what is under way, and ends; a second signal ends it at once.',
    )
    .option('--host <address>', 'address to listen on (HEADGATE_HOST, 127.0.0.1)')
    .option('--port <number>', 'port to listen on; 0 takes a free one (HEADGATE_PORT, 7860)')
    .option('--no-web', 'without the web pages')
    .option('--no-docs', 'without the documentation pages')
    .action(async (o: Options) => {
      const settings = shell.settings({
        ...(o.host === undefined ? {} : { HEADGATE_HOST: o.host }),
        ...(o.port === undefined ? {} : { HEADGATE_PORT: o.port }),
        ...(o.web ? {} : { HEADGATE_WEB: 'false' }),
        ...(o.docs ? {} : { HEADGATE_DOCS: 'false' }),
      });
      if (settings === null) return;
      const { serve } = await import('../serve.ts');
      shell.finish(await serve(settings, shell.version, shell.json()));
    });
  examples(start, 'start', 'start --port 8080 --no-web');
};
