/** `headgate provider …`: providers of models, as commands. */

import type { Command } from 'commander';
import { examples } from '../shell.ts';
import { type At, type Reach, reach } from './reach.ts';

type Wish = Reach & {
  readonly kind: string;
  readonly baseUrl?: string;
  readonly heldBy?: string;
  readonly keyValueFile?: string;
  readonly modelsFile?: string;
  readonly default?: string;
};

const NAME = 'name of the provider';

export const providerCommands = (program: Command, at: At): void => {
  const provider = program
    .command('provider')
    .description('providers of models of a running server: add, list, kinds, test, remove');

  const add = provider
    .command('add')
    .description(
      'Set up a provider of models, or change how it is set up. Its key is a secret: one that is stored already, or one that\n' +
        'is stored now from a file or standard input, for the origin of the provider alone.',
    )
    .argument('<name>', `${NAME}; names of its models begin with it`)
    .requiredOption('--kind <kind>', 'what it is, as `provider kinds` lists it')
    .option('--base-url <url>', 'where it is asked, for a kind that has no address of its own')
    .option('--held-by <name>', 'name of the secret that holds its key')
    .option(
      '--key-value-file <file>',
      'file of the key, which is stored as that secret (default: NAME-key); - for standard input',
    )
    .option('--models-file <file>', 'the only models that may be asked, as a JSON list (default: all that are known)')
    .option('--default <model>', 'the model that is offered first')
    .action(
      at(async (w, name: string, { kind, baseUrl, heldBy, keyValueFile, modelsFile, default: first }: Wish) =>
        (await import('../remote/providers.ts')).addProvider(w, name, {
          kind,
          ...(baseUrl === undefined ? {} : { baseUrl }),
          ...(heldBy === undefined ? {} : { secret: heldBy }),
          ...(keyValueFile === undefined ? {} : { keyValueFile }),
          ...(modelsFile === undefined ? {} : { modelsFile }),
          ...(first === undefined ? {} : { default: first }),
        }),
      ),
    );
  examples(
    reach(add),
    'provider add local --kind openai-compatible --base-url http://127.0.0.1:11434/v1 --key-file key.txt',
    'provider add openai --kind openai --key-value-file - --key-file key.txt < openai-key.txt',
  );

  const list = provider
    .command('list')
    .description('List the providers that are set up: their kinds, addresses and the names of their secrets.')
    .action(at(async (w, _o: Reach) => (await import('../remote/providers.ts')).listProviders(w)));
  examples(reach(list), 'provider list --key-file key.txt');

  const kinds = provider
    .command('kinds')
    .description('List the kinds of providers that can be set up.')
    .action(at(async (w, _o: Reach) => (await import('../remote/providers.ts')).listKinds(w)));
  examples(reach(kinds), 'provider kinds --key-file key.txt');

  const test = provider
    .command('test')
    .description('Ask one for its models, which costs nothing, to see that it is there and takes the key.')
    .argument('<name>', NAME)
    .action(at(async (w, name: string, _o: Reach) => (await import('../remote/providers.ts')).testProvider(w, name)));
  examples(reach(test), 'provider test local --key-file key.txt');

  const remove = provider
    .command('remove')
    .description('Remove one; steps that name its models fail from then on. Its secret stays.')
    .argument('<name>', NAME)
    .action(at(async (w, name: string, _o: Reach) => (await import('../remote/providers.ts')).removeProvider(w, name)));
  examples(reach(remove), 'provider remove local --key-file key.txt');
};
