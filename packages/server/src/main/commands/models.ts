/** `headgate models …`: GGUF files that the server runs itself. */

import type { Command } from 'commander';
import { examples, type Shell } from '../shell.ts';
import type { Settings } from '../config.ts';

export const modelCommands = (program: Command, shell: Shell): void => {
  const models = program
    .command('models')
    .description('models that the server runs itself, in GGUF files: list, add, remove');
  const doing = async (act: (settings: Settings) => Promise<number>): Promise<void> => {
    const settings = shell.settings();
    if (settings !== null) shell.finish(await act(settings));
  };
  const list = models
    .command('list')
    .description('List the models, and whether the add-on that runs them is installed.')
    .action(() => doing(async (s) => (await import('../models.ts')).listModels(s, shell.json())));
  examples(list, 'models list');

  const add = models
    .command('add')
    .description(
      'Takes a model in, from a file or an address; flows name it local/NAME. A URL is got through the one outgoing door. A file\n' +
        'with another checksum than the one that is given leaves nothing behind.',
    )
    .argument('<name>', 'its name in flows, after local/')
    .argument('<file>', 'a GGUF file, or the http or https address of one')
    .option('--sha256 <hex>', 'the checksum that the file has to have')
    .action((name: string, file: string, o: { sha256?: string }) =>
      doing(async (s) => (await import('../models.ts')).addModel(s, name, file, o, shell.json())),
    );
  examples(
    add,
    'models add llama-3.2-1b ./Llama-3.2-1B-Q4_K_M.gguf',
    'models add small https://models.example/small.gguf --sha256 9f86…',
  );

  const remove = models
    .command('remove')
    .description('Takes a model away; flows that name it get a Problem from then on.')
    .argument('<name>', 'its name, without local/')
    .action((name: string) => doing(async (s) => (await import('../models.ts')).removeModel(s, name, shell.json())));
  examples(remove, 'models remove llama-3.2-1b');
};
