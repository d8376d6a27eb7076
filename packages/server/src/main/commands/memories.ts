/** `headgate memory …`: what agents remember, as commands. */

import type { Command } from 'commander';
import { examples } from '../shell.ts';
import { type At, type Reach, reach } from './reach.ts';

const FLOW = 'id of the flow';
const MEMORY = 'id of the memory';

export const memoryCommands = (program: Command, at: At): void => {
  const memory = program
    .command('memory')
    .description('what agents of a flow remember outside of chats, at a running server: list, show, delete');

  const list = memory
    .command('list')
    .description(
      'List what is remembered of this key; of everybody, without what it says, where it may change the flow.',
    )
    .argument('<flow>', FLOW)
    .option('--cursor <text>', 'go on where an earlier list ended')
    .action(
      at(async (w, flow: string, { cursor }: Reach & { cursor?: string }) =>
        (await import('../remote/memories.ts')).listMemories(w, flow, cursor === undefined ? {} : { cursor }),
      ),
    );
  examples(reach(list), 'memory list f_4x9k --key-file key.txt');

  const show = memory
    .command('show')
    .description('Print what is remembered of this key.')
    .argument('<flow>', FLOW)
    .argument('<memory>', MEMORY)
    .action(
      at(async (w, flow: string, id: string, _: Reach) =>
        (await import('../remote/memories.ts')).showMemory(w, flow, id),
      ),
    );
  examples(reach(show), 'memory show f_4x9k chat_7p2m --key-file key.txt');

  const remove = memory
    .command('delete')
    .description('Delete a memory, with all that is in it.')
    .argument('<flow>', FLOW)
    .argument('<memory>', MEMORY)
    .action(
      at(async (w, flow: string, id: string, _: Reach) =>
        (await import('../remote/memories.ts')).deleteMemory(w, flow, id),
      ),
    );
  examples(reach(remove), 'memory delete f_4x9k chat_7p2m --key-file key.txt');
};
