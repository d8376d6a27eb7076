/** Commands that work on an instance from beside it: `superuser`, `doctor`, `backup`, `restore`, `key-file`,
 * `workspace-key`, `audit-log`. */

import type { Command } from 'commander';
import { environment, readSettings } from '../config.ts';
import { examples, type Shell } from '../shell.ts';

export const instanceCommands = (program: Command, shell: Shell): void => {
  const superuser = program
    .command('superuser')
    .summary('make an account that manages the instance, or a key that may do everything')
    .description(
      'Makes an account that manages the instance, or sets a new password for the one of this address and asks it for no\n' +
        'code any more; and, with --api-key-file, an API key that may do everything. Beside a running server (which takes both\n' +
        'within a second) or before the first start. Works only with HEADGATE_ENABLE_SUPERUSER_CLI=true.',
    )
    .requiredOption('--email <address>', 'address of the account; the name of the key says it, too')
    .option('--password-file <file>', 'file that holds the password of the account, of at least 10 characters')
    .option('--api-key-file <file>', 'where to write the key: a new file, made 0600')
    .action(async (o: { email: string; passwordFile?: string; apiKeyFile?: string }) => {
      const settings = shell.settings();
      if (settings === null) return;
      const { superuser: make } = await import('../keys.ts');
      shell.finish(await make(settings, o, shell.json()));
    });
  examples(
    superuser,
    'superuser --email ada@example.com --api-key-file key.txt',
    'superuser --email ada@example.com --password-file password.txt',
  );

  const doctor = program
    .command('doctor')
    .summary('look the instance over and say what is wrong')
    .description(
      'Looks the instance over, beside a running server or without one: settings, key, folder, database, disk, clock.\n' +
        'Exit code 1 when something is wrong; each with what to do.',
    )
    .option('--production', 'look at what an instance that others reach should be like, too')
    .action(async (o: { production?: true }) => {
      const { doctor: examine } = await import('../doctor.ts');
      shell.finish(await examine(readSettings(environment()), shell.version, shell.json(), o.production === true));
    });
  examples(doctor, 'doctor');

  const backup = program
    .command('backup')
    .summary('copy the data of the instance, a running server included')
    .description(
      'Copies database and blobs to a folder, of a running server too. The secret key is not in the copy: keep it apart,\n' +
        'without it the copy opens nothing.',
    )
    .argument('<dir>', 'folder that is missing or empty')
    .action(async (dir: string) => {
      const settings = shell.settings();
      if (settings === null) return;
      const { backup: copy } = await import('../backup.ts');
      shell.finish(await copy(settings, dir, shell.json()));
    });
  examples(backup, 'backup /backups/2030-01-31');

  const restore = program
    .command('restore')
    .summary('put a backup into an empty folder')
    .description(
      'Puts a backup into a folder, every file checked, and its seal where the key it was made with is in place\n(HEADGATE_SECRET_KEY_FILE). A server can then be started on that folder.',
    )
    .argument('<dir>', 'folder that headgate backup wrote')
    .requiredOption('--into <dir>', 'folder that is missing or empty; HEADGATE_CONFIG_DIR of the server to come')
    .action(async (dir: string, o: { into: string }) => {
      const settings = shell.settings();
      if (settings === null) return;
      const { restoreTo } = await import('../backup.ts');
      shell.finish(await restoreTo(settings.keyFile, dir, o.into, shell.json()));
    });
  examples(restore, 'restore /backups/2030-01-31 --into ~/.headgate');

  const keyFile = program.command('key-file').description('the file of the secret key that all values are sealed with');
  const rotate = keyFile
    .command('rotate')
    .description(
      'Put a new secret key in the place of the old one, beside a running server too. Secrets are wrapped again; old runs\n' +
        'stay readable; API keys and webhook addresses stay the same. Cut off anywhere, run it again: it goes on.',
    )
    .action(async () => {
      const settings = shell.settings();
      if (settings === null) return;
      const { rotate: change } = await import('../change-key.ts');
      shell.finish(await change(settings, shell.json()));
    });
  examples(rotate, 'key-file rotate');

  const own = program
    .command('workspace-key')
    .description('keys of their own for workspaces, in files in HEADGATE_WORKSPACE_KEYS_DIR: make, rotate, list');
  const changes = [
    [
      'make',
      'Give a workspace a key of its own. Its secrets are wrapped by it, its runs are sealed with it from now on.',
    ],
    ['rotate', 'Put a new key in the place of a workspace’s, beside a running server too. Cut off, run it again.'],
  ] as const;
  for (const [act, text] of changes) {
    const command = own
      .command(act)
      .description(text)
      .argument('<workspace>', 'id of the workspace')
      .action(async (workspace: string) => {
        const settings = shell.settings();
        if (settings === null) return;
        const { changeWorkspaceKey } = await import('../workspace-key.ts');
        shell.finish(await changeWorkspaceKey(settings, act, workspace, shell.json()));
      });
    examples(command, `workspace-key ${act} acme`);
  }
  const list = own
    .command('list')
    .description('List the workspaces that have a key of their own, its file, and whether it opens them.')
    .action(async () => {
      const settings = shell.settings();
      if (settings === null) return;
      const { listWorkspaceKeys } = await import('../workspace-key.ts');
      shell.finish(listWorkspaceKeys(settings, shell.json()));
    });
  examples(list, 'workspace-key list');

  const trail = program.command('audit-log').description('the audit trail of the whole instance: verify, export');
  const verify = trail
    .command('verify')
    .description(
      'Check that no record of the audit trail was changed, removed, moved, or cut off at the end. Prints COUNT:HASH of its\n' +
        'end; kept elsewhere and given as --expect, it also proves that no older copy was put in its place.',
    )
    .option('--expect <head>', 'COUNT:HASH that an earlier verify printed')
    .action(async (o: { expect?: string }) => {
      const settings = shell.settings();
      if (settings === null) return;
      const { verifyTrail } = await import('../audit-log.ts');
      shell.finish(await verifyTrail(settings, o.expect, shell.json()));
    });
  examples(verify, 'audit-log verify', 'audit-log verify --expect 1042:5f0c…');

  const out = trail
    .command('export')
    .description('Print every record of the audit trail as JSON, one a line, the oldest first.')
    .action(async () => {
      const settings = shell.settings();
      if (settings === null) return;
      const { exportTrail } = await import('../audit-log.ts');
      shell.finish(await exportTrail(settings, shell.json()));
    });
  examples(out, 'audit-log export > audit.jsonl');
};
