/** `headgate knowledge …`: knowledge bases, as commands. */

import { type Command, Option } from 'commander';
import { examples, number } from '../shell.ts';
import { type At, type Reach, reach } from './reach.ts';

type Of = Reach & { readonly project: string };

const BASE = 'name or id of the base';
const placed = (command: Command): Command => reach(command.option('--project <id>', 'the project', 'default'));

export const knowledgeCommands = (program: Command, at: At): void => {
  const knowledge = program
    .command('knowledge')
    .description('knowledge bases of a running server: list, search, index');

  const list = knowledge
    .command('list')
    .description('List the knowledge bases, and how many documents of each are read.')
    .action(at(async (w, { project }: Of) => (await import('../remote/knowledge.ts')).listKnowledge(w, { project })));
  examples(placed(list), 'knowledge list --key-file key.txt');

  const search = knowledge
    .command('search')
    .description('Show what a question finds in a base, each piece under where it stands.')
    .argument('<base>', BASE)
    .argument('<question>', 'what is looked for, in words')
    .option('--top <number>', 'pieces at most', number(1, 50))
    .action(
      at(async (w, base: string, question: string, { project, top }: Of & { top?: number }) =>
        (await import('../remote/knowledge.ts')).searchKnowledge(w, base, question, {
          project,
          ...(top === undefined ? {} : { top }),
        }),
      ),
    );
  examples(placed(search), 'knowledge search handbook "How many days of holiday are there?" --key-file key.txt');

  const index = knowledge
    .command('index')
    .description('Look at the sources of a base now, read all of it anew, stop reading or go on.')
    .argument('<base>', BASE)
    .addOption(
      new Option('--do <what>', 'look: at its sources; again: read all anew; stop: read no more for now; go: go on')
        .choices(['look', 'again', 'stop', 'go'])
        .default('look'),
    )
    .action(
      at(async (w, base: string, { project, do: act }: Of & { do: string }) =>
        (await import('../remote/knowledge.ts')).indexKnowledge(w, base, act, { project }),
      ),
    );
  examples(placed(index), 'knowledge index handbook --do again --key-file key.txt');
};
