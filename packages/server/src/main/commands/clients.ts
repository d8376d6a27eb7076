/** `headgate client …`: the applications of OAuth, as commands. */

import type { Command } from 'commander';
import { examples, several } from '../shell.ts';
import { type At, type Reach, reach } from './reach.ts';

type Create = Reach & { readonly name: string; readonly redirect: readonly string[] };

export const clientCommands = (program: Command, at: At): void => {
  const client = program
    .command('client')
    .description('applications that people may let in by OAuth: create, list, remove');
  const create = client
    .command('create')
    .description(
      'Register an application, with the addresses it may be sent back to. It gets no secret: it proves itself by PKCE.\n' +
        'Of a loopback address the port does not count.',
    )
    .requiredOption('--name <text>', 'what people are shown')
    .requiredOption('--redirect <address>', 'an address it may be sent back to; may be repeated', several)
    .action(at(async (w, o: Create) => (await import('../remote/clients.ts')).createClient(w, o)));
  examples(reach(create), 'client create --name Editor --redirect http://127.0.0.1/cb --key-file key.txt');

  const list = client
    .command('list')
    .description('List the applications.')
    .action(at(async (w, _o: Reach) => (await import('../remote/clients.ts')).listClients(w)));
  examples(reach(list), 'client list --key-file key.txt');

  const remove = client
    .command('remove')
    .description('Remove an application and end every token that it was given.')
    .argument('<client>', 'id of the application')
    .action(at(async (w, name: string, _o: Reach) => (await import('../remote/clients.ts')).removeClient(w, name)));
  examples(reach(remove), 'client remove c_1f… --key-file key.txt');
};
