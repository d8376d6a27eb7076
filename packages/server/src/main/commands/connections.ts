/** `headgate connection …`: connections to outside services, as commands. */

import type { Command } from 'commander';
import { examples, several } from '../shell.ts';
import { type At, type Reach, reach } from './reach.ts';

type Of = Reach & { readonly project: string; readonly environment?: string };

const NAME = 'name of the connection';

const placed = (command: Command): Command =>
  reach(
    command
      .option('--project <id>', 'the project', 'default')
      .option('--environment <name>', 'the one environment it is for (default: all)'),
  );

/** Without what says where the server is. */
const ofOnly = ({ project, environment }: Of) => ({
  project,
  ...(environment === undefined ? {} : { environment }),
});

export const connectionCommands = (program: Command, at: At): void => {
  const connection = program
    .command('connection')
    .description('connections to outside services: create, connect, list, show, disconnect, delete');
  const create = connection
    .command('create')
    .description(
      'Make a connection to an outside service by OAuth 2.0. What the service gave when the application was registered\n' +
        'there comes from a file: {"grant": "code" | "device" | "client", "tokenUrl": …, "clientId": …, "clientSecret": …}.',
    )
    .argument('<name>', NAME)
    .requiredOption('--client-file <file>', 'file of the client, as JSON')
    .option('--origin <origin>', 'an origin its token may be sent to; may be repeated', several, [])
    .action(
      at(async (w, name: string, o: Of & { clientFile: string; origin: readonly string[] }) =>
        (await import('../remote/connections.ts')).createConnection(w, name, {
          ...ofOnly(o),
          clientFile: o.clientFile,
          origin: o.origin,
        }),
      ),
    );
  examples(
    placed(create),
    'connection create shop --client-file shop.json --origin https://api.shop.example --key-file key.txt',
  );

  const connect = connection
    .command('connect')
    .description(
      'Connect one: at once, or by a code that is shown and typed in on another device, which is waited for. What somebody\n' +
        'agrees to in a browser is begun there, in the web app.',
    )
    .argument('<name>', NAME)
    .action(
      at(async (w, name: string, o: Of) =>
        (await import('../remote/connections.ts')).connectConnection(w, name, ofOnly(o)),
      ),
    );
  examples(placed(connect), 'connection connect shop --key-file key.txt');

  const list = connection
    .command('list')
    .description('List the connections and how each stands.')
    .action(
      at(async (w, o: Of) => (await import('../remote/connections.ts')).listConnections(w, { project: o.project })),
    );
  examples(reach(list.option('--project <id>', 'the project', 'default')), 'connection list --key-file key.txt');

  const show = connection
    .command('show')
    .description('Tell how one stands, and why.')
    .argument('<name>', NAME)
    .action(
      at(async (w, name: string, o: Of) =>
        (await import('../remote/connections.ts')).showConnection(w, name, ofOnly(o)),
      ),
    );
  examples(placed(show), 'connection show shop --key-file key.txt');

  const end = connection
    .command('disconnect')
    .description('Give its tokens back to the service, where that offers a way, and forget them. The connection stays.')
    .argument('<name>', NAME)
    .action(
      at(async (w, name: string, o: Of) =>
        (await import('../remote/connections.ts')).endConnection(w, name, ofOnly(o)),
      ),
    );
  examples(placed(end), 'connection disconnect shop --key-file key.txt');

  const remove = connection
    .command('delete')
    .description('Delete one, and give its tokens back where the service offers a way.')
    .argument('<name>', NAME)
    .action(
      at(async (w, name: string, o: Of) =>
        (await import('../remote/connections.ts')).deleteConnection(w, name, ofOnly(o)),
      ),
    );
  examples(placed(remove), 'connection delete shop --key-file key.txt');
};
