/** `quota`: commands about what a workspace may use. */

import type { Command } from 'commander';
import type { QuotaWish } from '../remote/quota.ts';
import { examples, number } from '../shell.ts';
import { type At, type Reach, reach } from './reach.ts';

const MOST = 1_000_000_000_000;

export const limitCommands = (program: Command, at: At): void => {
  const quota = program.command('quota').description('what a workspace may use, at a running server: show, list, set');
  const show = quota
    .command('show')
    .description('Show what the runs of the own workspace used, and what they may.')
    .argument('[workspace]', 'id of the workspace', 'default')
    .action(at(async (w, id: string, _o: Reach) => (await import('../remote/quota.ts')).showQuota(w, id)));
  examples(reach(show), 'quota show --key-file key.txt');

  const list = quota
    .command('list')
    .description('Show it of every workspace. For administrators of the instance.')
    .action(at(async (w, _o: Reach) => (await import('../remote/quota.ts')).listQuotas(w)));
  examples(reach(list), 'quota list --key-file key.txt');

  const amount = number(0, MOST);
  const set = quota
    .command('set')
    .description(
      'Say what a workspace may use, in the place of what was said before; what is not named has no limit. It counts for\n' +
        'new starts, within a second. For administrators of the instance.',
    )
    .argument('<workspace>', 'id of the workspace')
    .option('--runs-day <number>', 'runs that may begin a day', amount)
    .option('--runs-month <number>', 'runs that may begin a month', amount)
    .option('--tokens-day <number>', 'tokens of models a day', amount)
    .option('--tokens-month <number>', 'tokens of models a month', amount)
    .option('--money-day <number>', 'millionths of the currency a day', amount)
    .option('--money-month <number>', 'millionths of the currency a month', amount)
    .option('--concurrent <number>', 'runs that are not over, waiting ones too', amount)
    .option('--bytes <number>', 'bytes of journals of its runs, and of files', amount)
    .action(at(async (w, id: string, o: Reach & QuotaWish) => (await import('../remote/quota.ts')).setQuota(w, id, o)));
  examples(
    reach(set),
    'quota set w_4f… --runs-day 10000 --concurrent 200 --bytes 5000000000 --key-file key.txt',
    'quota set w_4f… --key-file key.txt',
  );
};
