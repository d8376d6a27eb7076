/** `headgate mcp …`: programs of this machine that flows may use as tool servers. */

import type { Command } from 'commander';
import type { Settings } from '../config.ts';
import { examples, number, several, type Shell } from '../shell.ts';
import type { AddWish } from '../tool-servers.ts';

export const mcpCommands = (program: Command, shell: Shell): void => {
  const mcp = program
    .command('mcp')
    .description('programs of this machine that flows use as MCP servers (stdio): list, add, remove');
  const doing = async (act: (settings: Settings) => Promise<number>): Promise<void> => {
    const settings = shell.settings();
    if (settings !== null) shell.finish(await act(settings));
  };
  const list = mcp
    .command('list')
    .description('List them, with what each may reach and the user that it is where the server is root.')
    .action(() => doing(async (s) => (await import('../tool-servers.ts')).listServers(s, shell.json())));
  examples(list, 'mcp list');

  const add = mcp
    .command('add')
    .description(
      'Registers a program; flows name it mcp:NAME. It runs locked: without network, reading and writing what is named here and\n' +
        'nothing else. A running server knows it with the next call. Words after -- are the program’s.',
    )
    .argument('<name>', 'its name in flows, after mcp:')
    .argument('<command>', 'the program, by its whole path')
    .argument('[words...]', 'what it is started with')
    .option('--read <path>', 'a file or folder that it may read; may be given several times', several)
    .option('--write <path>', 'a folder that it may read and write; may be given several times', several)
    .option('--env <name=value>', 'a variable of its environment; may be given several times', several)
    .option(
      '--env-from <name=name>',
      'a variable that holds a secret of HEADGATE_SECRETS_FILE, by its name; may be given several times',
      several,
    )
    .option('--workspace <id>', 'a workspace that may use it, else default; may be given several times', several)
    .option('--all-workspaces', 'all workspaces may use it')
    .option('--memory <mb>', 'the most memory, in MB (256)', number(32, 65_536))
    .option('--processes <number>', 'the most processes and threads (64)', number(1, 1_000))
    .option('--timeout <seconds>', 'the longest time of one call (60)', number(1, 3_600))
    .action((name: string, command: string, words: readonly string[], o: AddWish) =>
      doing(async (s) =>
        (await import('../tool-servers.ts')).addServer(s, { ...o, name, command, words }, shell.json()),
      ),
    );
  examples(
    add,
    'mcp add notes /usr/bin/node --read /srv/mcp --write /srv/notes -- /srv/mcp/notes.mjs /srv/notes',
    'mcp add tickets /srv/mcp/tickets --env-from API_TOKEN=tickets --workspace support',
  );

  const remove = mcp
    .command('remove')
    .description('Takes one out; flows that name it get a Problem from then on.')
    .argument('<name>', 'its name, without mcp:')
    .action((name: string) =>
      doing(async (s) => (await import('../tool-servers.ts')).removeServer(s, name, shell.json())),
    );
  examples(remove, 'mcp remove notes');
};
