/** `headgate token …`: the engine tokens of a running server, as commands. */

import type { Command } from 'commander';
import { examples, several } from '../shell.ts';
import { type At, type Reach, reach } from './reach.ts';

type Create = Reach & {
  readonly name: string;
  readonly permission: readonly string[];
  readonly flow: readonly string[];
  readonly project: readonly string[];
  readonly lifetime?: string;
  readonly renewable?: string;
  readonly tokenFile?: string;
};

export const tokenCommands = (program: Command, at: At): void => {
  const token = program
    .command('token')
    .description('engine tokens of a running server: create, list, revoke, rotate-keys');
  const create = token
    .command('create')
    .description(
      'Make a signed token that is bound to this engine, lasts a day at most and holds at most what your key holds.\n' +
        'It is shown once, or written to a file.',
    )
    .requiredOption('--name <text>', 'what it is for')
    .requiredOption('--permission <permission>', 'what it may do; may be repeated', several)
    .option('--flow <id>', 'only for this flow; may be repeated', several, [])
    .option('--project <id>', 'only in this project; may be repeated', several, [])
    .option('--lifetime <duration>', 'how long it lasts: 1m to 24h (default: 1h)')
    .option('--renewable <duration>', 'for how long it may be refreshed: up to 30d (default: not at all)')
    .option('--token-file <file>', 'write the token to this new file (0600) instead of showing it')
    .action(at(async (w, o: Create) => (await import('../remote/tokens.ts')).createToken(w, o)));
  examples(
    reach(create),
    'token create --name relay --permission run --permission run.read --renewable 7d --key-file key.txt',
  );

  const list = token
    .command('list')
    .description('List the tokens: what they are, not the tokens themselves.')
    .action(at(async (w, _o: Reach) => (await import('../remote/tokens.ts')).listTokens(w)));
  examples(reach(list), 'token list --key-file key.txt');

  const revoke = token
    .command('revoke')
    .description('Revoke a token with all that it was refreshed to; or all of a subject, or all there are.')
    .argument('[token]', 'id of the token')
    .option('--subject <id>', 'all tokens of this account or key')
    .option('--all', 'all tokens of the workspace')
    .action(
      at(async (w, id: string | undefined, o: Reach & { subject?: string; all?: boolean }) =>
        (await import('../remote/tokens.ts')).revokeTokens(w, id, o),
      ),
    );
  examples(reach(revoke), 'token revoke t_1f… --key-file key.txt', 'token revoke --all --key-file key.txt');

  const rotate = token
    .command('rotate-keys')
    .description(
      'Sign tokens with a new key from now on. Tokens of the old keys run out by themselves, within a day, unless --end is\n' +
        'given: then none of them is good any more.',
    )
    .option('--end', 'end all tokens of the old keys now, in every workspace')
    .action(
      at(async (w, o: Reach & { end?: boolean }) =>
        (await import('../remote/tokens.ts')).rotateKeys(w, o.end === true),
      ),
    );
  examples(reach(rotate), 'token rotate-keys --key-file key.txt');
};
