/** `headgate service …`: services that a workspace describes itself, as commands. */

import type { Command } from 'commander';
import { examples } from '../shell.ts';
import { type At, type Reach, reach } from './reach.ts';

type Wish = Reach & { readonly name?: string; readonly base?: string; readonly print?: boolean };

export const serviceCommands = (program: Command, at: At): void => {
  const service = program
    .command('service')
    .description('services that flows of a running server can call: list, import, remove');
  const list = service
    .command('list')
    .description('List the services: those that come with the server, and those of the workspace.')
    .action(at(async (w, _o: Reach) => (await import('../remote/services.ts')).listServices(w)));
  examples(reach(list), 'service list --key-file key.txt');

  const take = service
    .command('import')
    .description(
      'Describe a service by its OpenAPI document (3.0 or 3.1, JSON or YAML), or by a manifest. It takes the place of one of the\n' +
        'same name. Nothing is fetched; what cannot be taken over is told.',
    )
    .argument('<file>', 'the document or manifest')
    .option('--name <name>', 'its name in flows (default: made of its title)')
    .option('--base <url>', 'the address its paths are below (default: the first server of the document)')
    .option('--print', 'print the manifest, and store nothing')
    .action(at(async (w, file: string, o: Wish) => (await import('../remote/services.ts')).importService(w, file, o)));
  examples(
    reach(take),
    'service import openapi.json --key-file key.txt',
    'service import openapi.json --name shop --base https://api.shop.example/v2 --key-file key.txt',
  );

  const remove = service
    .command('remove')
    .description('Delete a service of the workspace, once no flow uses it.')
    .argument('<name>', 'its name in flows')
    .action(at(async (w, name: string, _o: Reach) => (await import('../remote/services.ts')).removeService(w, name)));
  examples(reach(remove), 'service remove shop --key-file key.txt');
};
