/** `headgate file …`: files of a running server, as commands. */

import type { Command } from 'commander';
import { examples, number } from '../shell.ts';
import { type At, type Reach, reach } from './reach.ts';

const ofProject = (command: Command): Command => command.option('--project <id>', 'the project', 'default');

type Project = Reach & { readonly project: string };

export const fileCommands = (program: Command, at: At): void => {
  const file = program.command('file').description('files of a running server: put, get, list, delete');
  const put = file
    .command('put')
    .description('Upload a file, in the place of what has its path. It is sent as it is read, whatever its size.')
    .argument('<file>', 'file of this machine; - for standard input')
    .option('--as <path>', 'its path in the project (default: the name of the file)')
    .option('--type <type>', 'its media type (default: by its ending)')
    .option('--new', 'only where there is none of this path')
    .action(
      at(async (w, name: string, o: Project & { as?: string; type?: string; new?: true }) =>
        (await import('../remote/files.ts')).putFile(w, name, o),
      ),
    );
  examples(
    reach(ofProject(put)),
    'file put march.csv --as invoices/march.csv --key-file key.txt',
    'pg_dump shop | headgate file put - --as dumps/shop.sql --key-file key.txt',
  );

  const get = file
    .command('get')
    .description('Download a file. What the guard hides in other answers is hidden here, too.')
    .argument('<path>', 'its path in the project')
    .option('--out <file>', 'where to; no file is written over; - for standard output (default: its name, here)')
    .action(
      at(async (w, path: string, o: Project & { out?: string }) =>
        (await import('../remote/files.ts')).getFile(w, path, {
          project: o.project,
          ...(o.out === undefined ? {} : { out: o.out }),
        }),
      ),
    );
  examples(
    reach(ofProject(get)),
    'file get invoices/march.csv --key-file key.txt',
    'file get invoices/march.csv --out - --key-file key.txt',
  );

  const list = file
    .command('list')
    .description('List files in the order of their paths.')
    .option('--prefix <text>', 'only paths that begin with this; a folder ends in /')
    .option('--limit <number>', 'at most so many', number(1, 500), 100)
    .option('--cursor <text>', 'go on where the list before ended')
    .action(
      at(async (w, o: Project & { prefix?: string; limit: number; cursor?: string }) =>
        (await import('../remote/files.ts')).listFiles(w, o),
      ),
    );
  examples(reach(ofProject(list)), 'file list --prefix invoices/ --key-file key.txt');

  const remove = file
    .command('delete')
    .description('Delete a file. Runs that read it keep what they read.')
    .argument('<path>', 'its path in the project')
    .action(
      at(async (w, path: string, o: Project) =>
        (await import('../remote/files.ts')).deleteFile(w, path, { project: o.project }),
      ),
    );
  examples(reach(ofProject(remove)), 'file delete invoices/march.csv --key-file key.txt');
};
