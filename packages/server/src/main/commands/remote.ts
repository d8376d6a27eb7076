/** Commands that ask a running server with an API key: `flow`, `runs`, `key`, `token`, `client`, `secret`, `connection`, `provider`, `knowledge`, `memory`, `file`, `policy`, `env`, `quota`, and those about people. */

import { RUN_STATES } from '@headgate/core';
import { type Command, Option } from 'commander';
import { examples, number, several, type Shell } from '../shell.ts';
import { connectionCommands } from './connections.ts';
import { environmentCommands } from './environments.ts';
import { peopleCommands } from './people.ts';
import { fileCommands } from './files.ts';
import { groupCommands, userCommands } from './users.ts';
import { limitCommands } from './limits.ts';
import { providerCommands } from './providers.ts';
import { knowledgeCommands } from './knowledge.ts';
import { memoryCommands } from './memories.ts';
import { keyCommands } from './keys.ts';
import { type Act, type At, type Reach, reach } from './reach.ts';
import { tokenCommands } from './tokens.ts';
import { serviceCommands } from './services.ts';
import { webhookCommands } from './webhooks.ts';
import { clientCommands } from './clients.ts';

export const remoteCommands = (program: Command, shell: Shell): void => {
  /** Turns what a command does at a server into its action. */
  const at =
    <A extends unknown[], O extends Reach>(act: Act<A, O>) =>
    async (...given: [...A, O]): Promise<void> => {
      const options = given[given.length - 2] as O; // commander's last two are the options and the command
      const url = options.url ?? urlOf(shell);
      if (url === null) return;
      const { openClient } = await import('../client.ts');
      const client = openClient(url, options.keyFile);
      const { refused } = await import('../remote/ask.ts');
      if (!client.ok) return shell.finish(refused([client.problem], shell.json()));
      const rest = given.slice(0, -1) as [...A, O];
      shell.finish(await act({ client: client.value, json: shell.json() }, ...rest));
    };
  const flow = flows(program, at);
  webhookCommands(program, at);
  serviceCommands(program, at);
  runs(program, at);
  keyCommands(program, at);
  tokenCommands(program, at);
  clientCommands(program, at);
  secrets(program, at);
  connectionCommands(program, at);
  providerCommands(program, at);
  knowledgeCommands(program, at);
  memoryCommands(program, at);
  fileCommands(program, at);
  policies(program, at);
  environmentCommands(program, at);
  limitCommands(program, at);
  peopleCommands(program, flow, at, shell);
  groupCommands(program, at);
  userCommands(program, at);
};

/** The server of this machine, by the settings. */
const urlOf = (shell: Shell): string | null => {
  const settings = shell.settings();
  if (settings === null) return null;
  const { host, port } = settings;
  const name = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
};

const flows = (program: Command, at: At): Command => {
  const flow = program.command('flow').description('flows of a running server: list, import, export, publish');
  const list = flow
    .command('list')
    .description('List the flows, newest first.')
    .option('--limit <number>', 'at most so many', number(1, 200), 50)
    .option('--cursor <text>', 'go on where the list before ended')
    .action(
      at(async (w, o: Reach & { limit: number; cursor?: string }) =>
        (await import('../remote/flows.ts')).listFlows(w, o),
      ),
    );
  examples(reach(list), 'flow list --key-file key.txt');

  const into = flow
    .command('import')
    .description(
      'Send a flow file to the server and print the id of the flow. Nothing of it runs before it is published, and nothing\n' +
        'it asks for is lent by sending it, however plainly it is written: what it asks for is listed.',
    )
    .argument('<file>', 'flow file')
    .option('--flow <id>', 'save it as the draft of this flow, instead of making a new one')
    .action(
      at(async (w, file: string, o: Reach & { flow?: string }) =>
        (await import('../remote/flows.ts')).importFlow(w, file, o.flow),
      ),
    );
  examples(
    reach(into),
    'flow import examples/greet/flow.json --key-file key.txt',
    'flow import flow.json --flow flow_4f… --key-file key.txt',
  );

  const out = flow
    .command('export')
    .description(
      'Write the draft of a flow, or a published version, as flow.json into a folder; code of more than a line goes into\nfiles beside it, from where import, run, check and test read it.',
    )
    .argument('<flow>', 'id of the flow')
    .argument('<dir>', 'folder; made when it is missing')
    .option('--published <version>', 'a published version instead of the draft', number(1, 999_999))
    .option('--force', 'write over files that are there')
    .action(
      at(async (w, id: string, dir: string, o: Reach & { published?: number; force?: boolean }) =>
        (await import('../remote/flows.ts')).exportFlow(w, id, dir, { version: o.published, force: o.force === true }),
      ),
    );
  examples(reach(out), 'flow export flow_4f… flows/greet --key-file key.txt');

  const publish = flow
    .command('publish')
    .description(
      'Publish the draft of a flow as its next version, and print the addresses of its webhooks.\n' +
        'Without --grant, what its steps ask for must have been lent already.',
    )
    .argument('<flow>', 'id of the flow')
    .option('--grant <power>', '"needed", or STEP=POWER to lend one (STEP may be *); may be repeated', several, [])
    .option('--note <text>', 'what changed')
    .option(
      '--revision <number>',
      'the draft that was looked at: when it changed since, nothing is published (default: the draft of now)',
      number(1, 2_000_000_000),
    )
    .action(
      at(async (w, id: string, o: Reach & { grant: readonly string[]; note?: string; revision?: number }) =>
        (await import('../remote/flows.ts')).publishFlow(w, id, o),
      ),
    );
  examples(
    reach(publish),
    'flow publish flow_4f… --grant needed --key-file key.txt',
    'flow publish flow_4f… --grant "fetch=net: GET api.github.com:443" --key-file key.txt',
  );
  return flow;
};

const runs = (program: Command, at: At): void => {
  const group = program.command('runs').description('runs of a running server: list, show, rerun, cancel, resolve');
  const list = group
    .command('list')
    .description('List the runs, newest first.')
    .option('--flow <id>', 'of this flow')
    .addOption(new Option('--state <state>', 'in this state').choices(RUN_STATES))
    .option('--limit <number>', 'at most so many', number(1, 200), 50)
    .option('--cursor <text>', 'go on where the list before ended')
    .action(
      at(async (w, o: Reach & { limit: number; flow?: string; state?: string; cursor?: string }) =>
        (await import('../remote/runs.ts')).listRuns(w, o),
      ),
    );
  examples(reach(list), 'runs list --state failed --key-file key.txt');

  const show = group
    .command('show')
    .description('Show a run, or its journal.')
    .argument('<run>', 'id of the run')
    .option('--journal', 'every event of it')
    .action(
      at(async (w, id: string, o: Reach & { journal?: boolean }) => {
        const { showJournal, showRun } = await import('../remote/runs.ts');
        return o.journal === true ? showJournal(w, id) : showRun(w, id);
      }),
    );
  examples(reach(show), 'runs show run_7c… --key-file key.txt', 'runs show run_7c… --journal --key-file key.txt');

  const rerun = group
    .command('rerun')
    .description('Run a run again, as a new run linked to it: all of it, or what the options say.')
    .argument('<run>', 'id of the run')
    .addOption(new Option('--failed', 'only what failed or never ran').conflicts(['from', 'to']))
    .addOption(new Option('--from <step>', 'this step and what depends on it').conflicts('to'))
    .option('--to <step>', 'up to and with this step')
    .option('--input <json>', 'another input: JSON, @FILE, or - for standard input')
    .action(
      at(async (w, id: string, o: Reach & { failed?: true; from?: string; to?: string; input?: string }) =>
        (await import('../remote/runs.ts')).rerunRun(w, id, o),
      ),
    );
  examples(
    reach(rerun),
    'runs rerun run_7c… --failed --key-file key.txt',
    'runs rerun run_7c… --from tell --key-file key.txt',
  );

  const cancel = group
    .command('cancel')
    .description('Cancel a run that is not over.')
    .argument('<run>', 'id of the run')
    .option('--reason <text>', 'why; kept in its journal')
    .action(
      at(async (w, id: string, o: Reach & { reason?: string }) =>
        (await import('../remote/runs.ts')).cancelRun(w, id, o.reason),
      ),
    );
  examples(reach(cancel), 'runs cancel run_7c… --key-file key.txt');

  const resolve = group
    .command('resolve')
    .description(
      'Settle a run in doubt: the server stopped after a step had started and before its result was recorded.\n' +
        'Look at the other side first, then choose: repeat the step, skip it (its result is null), or let the run fail.',
    )
    .argument('<run>', 'id of the run')
    .addOption(new Option('--choice <choice>', 'what to do').choices(['repeat', 'skip', 'fail']).makeOptionMandatory())
    .action(
      at(async (w, id: string, o: Reach & { choice: string }) =>
        (await import('../remote/runs.ts')).resolveRun(w, id, o.choice),
      ),
    );
  examples(reach(resolve), 'runs resolve run_7c… --choice repeat --key-file key.txt');
};

const KINDS = ['plain', 'api_key', 'basic', 'bearer', 'oauth2_client', 'oauth2_refresh', 'database_url', 'custom'];

const secrets = (program: Command, at: At): void => {
  const secret = program.command('secret').description('secrets of a running server: set, list, remove');
  const set = secret
    .command('set')
    .description(
      'Store a secret, or its next version. The value comes from standard input or a file; nothing ever shows it again.\n' +
        'A secret of a kind is given as JSON with its fields, such as {"user": …, "password": …}.',
    )
    .argument('<name>', 'name of the secret')
    .option(
      '--origin <origin>',
      'an origin it may be sent to, as https://api.example.com; may be repeated',
      several,
      [],
    )
    .option('--environment <name>', 'the one environment it is for (default: all)')
    .addOption(new Option('--kind <kind>', 'what it is').choices(KINDS).default('plain'))
    .option('--value-file <file>', 'file that holds the value; - for standard input', '-')
    .action(
      at(
        async (
          w,
          name: string,
          o: Reach & { kind: string; origin: readonly string[]; environment?: string; valueFile: string },
        ) => (await import('../remote/secrets.ts')).setSecret(w, name, o),
      ),
    );
  examples(
    reach(set),
    'secret set github --origin https://api.github.com --key-file key.txt < token.txt',
    'secret set mail --kind basic --origin https://mail.example.com --value-file mail.json --key-file key.txt',
  );

  const list = secret
    .command('list')
    .description('List the secrets: their names, kinds and origins, not their values.')
    .action(at(async (w, _o: Reach) => (await import('../remote/secrets.ts')).listSecrets(w)));
  examples(reach(list), 'secret list --key-file key.txt');

  const remove = secret
    .command('remove')
    .description('Remove a secret, at once and for good.')
    .argument('<name>', 'name of the secret')
    .option('--environment <name>', 'the one for this environment (default: the one for all)')
    .action(
      at(async (w, name: string, o: Reach & { environment?: string }) =>
        (await import('../remote/secrets.ts')).removeSecret(w, name, o.environment),
      ),
    );
  examples(reach(remove), 'secret remove github --key-file key.txt');
};

const policies = (program: Command, at: At): void => {
  const policy = program
    .command('policy')
    .description('what steps of the workspace may use at all, at a running server: show, set');
  const show = policy
    .command('show')
    .description('Show what may be lent.')
    .option('--bounds <workspace>', 'what the instance lets this workspace, whatever it says itself')
    .action(
      at(async (w, o: Reach & { bounds?: string }) => (await import('../remote/policy.ts')).showPolicy(w, o.bounds)),
    );
  examples(reach(show), 'policy show --key-file key.txt');

  const set = policy
    .command('set')
    .description(
      'Say what may be lent, in the place of what was said before. It counts at every use within a second, for runs under way\n' +
        'too. Without options everything may be lent.',
    )
    .option('--bounds <workspace>', 'say it of this workspace for the instance, which its people cannot change')
    .option('--only <power>', 'nothing but this; may be repeated', several, [])
    .option('--deny <power>', 'never this; may be repeated', several, [])
    .addOption(new Option('--nothing', 'nothing at all').conflicts('only'))
    .action(
      at(async (w, o: Reach & { only: readonly string[]; deny: readonly string[]; nothing?: true; bounds?: string }) =>
        (await import('../remote/policy.ts')).setPolicy(w, { ...o, nothing: o.nothing === true }),
      ),
    );
  examples(
    reach(set),
    'policy set --deny "net: * *:*" --key-file key.txt',
    'policy set --only "net: GET *.example.com" --only "code: js" --key-file key.txt',
    'policy set --bounds w_4f… --deny "net: * *.internal:*" --key-file key.txt',
  );
};
