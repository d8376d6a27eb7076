/** `headgate key …`: the API keys of a running server, as commands. */

import type { Command } from 'commander';
import { examples, number, several } from '../shell.ts';
import { type At, type Reach, reach } from './reach.ts';

const OWN = 'the keys of your own account, instead of the workspace’s';

type Create = Reach & {
  readonly name: string;
  readonly permission: readonly string[];
  readonly flow: readonly string[];
  readonly project: readonly string[];
  readonly expires?: string;
  readonly rate?: number;
  readonly parallel?: number;
  readonly own?: boolean;
  readonly apiKeyFile?: string;
};

export const keyCommands = (program: Command, at: At): void => {
  const key = program.command('key').description('API keys of a running server: create, list, rotate, revoke');
  const create = key
    .command('create')
    .description('Make a key that holds at most what yours holds. It is shown once, or written to a file.')
    .requiredOption('--name <text>', 'what it is for')
    .requiredOption('--permission <permission>', 'what it may do; may be repeated', several)
    .option('--flow <id>', 'only for this flow; may be repeated', several, [])
    .option('--project <id>', 'only in this project; may be repeated', several, [])
    .option('--expires <when>', 'a duration such as 30d, or a time such as 2030-01-31T00:00:00Z')
    .option('--rate <number>', 'requests a minute that it may make', number(1, 1_000_000))
    .option('--parallel <number>', 'requests that it may have under way at a time', number(1, 10_000))
    .option('--budget <json>', 'what the runs it starts may use together, as {"runs": {"day": 100}}')
    .option('--own', OWN)
    .option('--api-key-file <file>', 'write the key to this new file (0600) instead of showing it')
    .action(at(async (w, o: Create) => (await import('../remote/keys.ts')).createKey(w, o)));
  examples(
    reach(create),
    'key create --name ci --permission run --permission run.read --expires 90d --key-file key.txt',
  );

  const list = key
    .command('list')
    .description('List the keys: who they are, not the keys themselves.')
    .option('--own', OWN)
    .action(at(async (w, o: Reach & { own?: boolean }) => (await import('../remote/keys.ts')).listKeys(w, o.own)));
  examples(reach(list), 'key list --key-file key.txt');

  const rotate = key
    .command('rotate')
    .description('Give a key a new secret, shown once or written to a file. The old one stays valid for the overlap.')
    .argument('<key>', 'id of the key')
    .option('--overlap <duration>', 'how long the old secret stays valid: 0s to 7d (default: 24h)')
    .option('--own', OWN)
    .option('--api-key-file <file>', 'write the key to this new file (0600) instead of showing it')
    .action(
      at(async (w, id: string, o: Reach & { overlap?: string; own?: boolean; apiKeyFile?: string }) =>
        (await import('../remote/keys.ts')).rotateKey(w, id, o),
      ),
    );
  examples(reach(rotate), 'key rotate key_1f… --overlap 1h --api-key-file new.txt --key-file key.txt');

  const revoke = key
    .command('revoke')
    .description('Revoke a key, at once and for good.')
    .argument('<key>', 'id of the key')
    .option('--own', OWN)
    .action(
      at(async (w, id: string, o: Reach & { own?: boolean }) =>
        (await import('../remote/keys.ts')).revokeKey(w, id, o.own),
      ),
    );
  examples(reach(revoke), 'key revoke key_1f… --key-file key.txt');
};
