/** Commands of the guard: `guard scan`. */

import type { Command } from 'commander';
import { examples, type Shell } from '../shell.ts';

export const guardCommands = (program: Command, shell: Shell): void => {
  const guard = program.command('guard').description('the environment guard: scan');
  const scan = guard
    .command('scan')
    .summary('look through files for secrets and keys')
    .description(
      'Looks through files and folders for keys of known forms, and with --instance for the secrets of the instance, in every\n' +
        'encoding. Prints where they stand and what they are, never the value. Exit code 1 when something was found.',
    )
    .argument('<path...>', 'files and folders; links, binary and huge files are left out, and that is said')
    .option('--instance', 'look for the secrets of this instance too (HEADGATE_CONFIG_DIR and its secret key)')
    .action(async (paths: string[], o: { instance?: true }) => {
      const settings = o.instance === true ? shell.settings() : null;
      if (o.instance === true && settings === null) return;
      const { scanPaths } = await import('../scan.ts');
      shell.finish(await scanPaths(paths, settings, shell.json()));
    });
  examples(scan, 'guard scan .', 'guard scan flows backup.json --instance', 'guard scan . --json');
};
