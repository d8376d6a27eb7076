/** `headgate webhook …`: the addresses of the webhooks of published flows, as commands. */

import type { Command } from 'commander';
import { examples } from '../shell.ts';
import { type At, type Reach, reach } from './reach.ts';

const ENV = 'of this environment, instead of `default`';

type There = Reach & { readonly env?: string };

export const webhookCommands = (program: Command, at: At): void => {
  const webhook = program.command('webhook').description('addresses of webhooks of a running server: list, rotate');
  const list = webhook
    .command('list')
    .description('List the webhooks of a published flow with their addresses.')
    .argument('<flow>', 'id of the flow')
    .option('--env <name>', ENV)
    .action(at(async (w, flow: string, o: There) => (await import('../remote/webhooks.ts')).listWebhooks(w, flow, o)));
  examples(reach(list), 'webhook list flow_4f… --key-file key.txt');

  const rotate = webhook
    .command('rotate')
    .description('Give a webhook another address. The old one is nothing at once, or after the overlap.')
    .argument('<flow>', 'id of the flow')
    .argument('<trigger>', 'id of the trigger')
    .option('--env <name>', ENV)
    .option('--overlap <duration>', 'how long the old address stays good: up to 7d (default: not at all)')
    .action(
      at(async (w, flow: string, trigger: string, o: There & { overlap?: string }) =>
        (await import('../remote/webhooks.ts')).rotateWebhook(w, flow, trigger, o),
      ),
    );
  examples(
    reach(rotate),
    'webhook rotate flow_4f… hook --key-file key.txt',
    'webhook rotate flow_4f… hook --overlap 24h --key-file key.txt',
  );
};
