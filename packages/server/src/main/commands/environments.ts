/** `headgate env …`: environments of a running server, as commands. */

import { type Command, Option } from 'commander';
import { examples, number, several } from '../shell.ts';
import { type At, type Reach, reach } from './reach.ts';

const ofProject = (command: Command): Command => command.option('--project <id>', 'the project', 'default');
const granted = (command: Command): Command =>
  command.addOption(new Option('--grant <what>', 'lend, in the target alone, the powers it needs').choices(['needed']));

type Project = Reach & { readonly project: string };
type Promote = Reach & {
  readonly from: string;
  readonly to: string;
  readonly version?: number;
  readonly set: readonly string[];
  readonly grant?: string;
  readonly anyway?: boolean;
  readonly note?: string;
  readonly show?: boolean;
};

export const environmentCommands = (program: Command, at: At): void => {
  const env = program
    .command('env')
    .description(
      'environments of a running server: list, create, remove, vars, promote, promotions, decide, deployments',
    );

  const list = env
    .command('list')
    .description('List the environments of a project.')
    .action(at(async (w, o: Project) => (await import('../remote/environments.ts')).listEnvironments(w, o)));
  examples(reach(ofProject(list)), 'env list --key-file key.txt');

  const create = env
    .command('create')
    .description('Make an environment.')
    .argument('<name>', 'small letters, digits, _ and -')
    .option('--title <text>', 'what people read')
    .option('--approval', 'promotions to it wait for somebody else, and nothing else runs in it')
    .action(
      at(async (w, name: string, o: Project & { title?: string; approval?: boolean }) =>
        (await import('../remote/environments.ts')).createEnvironment(w, name, o),
      ),
    );
  examples(reach(ofProject(create)), 'env create prod --approval --key-file key.txt');

  const remove = env
    .command('remove')
    .description('Remove an environment without secrets of its own in which nothing was promoted.')
    .argument('<name>', 'its name')
    .action(
      at(async (w, name: string, o: Project) =>
        (await import('../remote/environments.ts')).removeEnvironment(w, name, o),
      ),
    );
  examples(reach(ofProject(remove)), 'env remove dev --key-file key.txt');

  const vars = env
    .command('vars')
    .description('Show the values of an environment, or set some. They are no secrets: who reads its flows reads them.')
    .argument('<name>', 'of the environment')
    .option('--set <name=value>', 'set a value: JSON, or else a text; may be repeated', several, [])
    .option('--unset <name>', 'take a value away; may be repeated', several, [])
    .action(
      at(async (w, name: string, o: Project & { set: readonly string[]; unset: readonly string[] }) =>
        (await import('../remote/environments.ts')).environmentVars(w, name, o),
      ),
    );
  examples(
    reach(ofProject(vars)),
    'env vars prod --key-file key.txt',
    'env vars prod --set base=https://api.example.com --set retries=3 --key-file key.txt',
  );

  const promote = env
    .command('promote')
    .description(
      'Have the version that runs in one environment run in another: at once, or when somebody else approves where the other\n' +
        'asks for that.',
    )
    .argument('<flow>', 'id of the flow')
    .requiredOption('--from <name>', 'where the version runs')
    .requiredOption('--to <name>', 'where it shall run')
    .option('--version <number>', 'another version, for example to go back', number(1, 999_999))
    .option('--set <name=value>', 'a value to set there along with it; may be repeated', several, [])
    .option('--anyway', 'although values or secrets that it names are missing there')
    .option('--note <text>', 'why')
    .option('--show', 'only tell what it would change')
    .action(at(async (w, flow: string, o: Promote) => (await import('../remote/environments.ts')).promote(w, flow, o)));
  examples(
    reach(granted(promote)),
    'env promote flow_3a… --from default --to prod --show --key-file key.txt',
    'env promote flow_3a… --from default --to prod --grant needed --key-file key.txt',
  );

  const promotions = env
    .command('promotions')
    .description('List the promotions of a flow, newest first.')
    .argument('<flow>', 'id of the flow')
    .action(
      at(async (w, flow: string, _o: Reach) => (await import('../remote/environments.ts')).listPromotions(w, flow)),
    );
  examples(reach(promotions), 'env promotions flow_3a… --key-file key.txt');

  const decide = env
    .command('decide')
    .description('Approve a promotion that somebody else proposed, or refuse one.')
    .argument('<flow>', 'id of the flow')
    .argument('<promotion>', 'id of the promotion')
    .addOption(new Option('--approve', 'have it run there').conflicts('refuse'))
    .option('--refuse', 'end it; what is said when neither is')
    .action(
      at(async (w, flow: string, promotion: string, o: Reach & { approve?: boolean; grant?: string }) =>
        (await import('../remote/environments.ts')).decidePromotion(w, flow, promotion, o),
      ),
    );
  examples(reach(granted(decide)), 'env decide flow_3a… promo_5c… --approve --key-file key.txt');

  const deployments = env
    .command('deployments')
    .description('Show which version of a flow runs in which environment.')
    .argument('<flow>', 'id of the flow')
    .action(
      at(async (w, flow: string, _o: Reach) => (await import('../remote/environments.ts')).listDeployments(w, flow)),
    );
  examples(reach(deployments), 'env deployments flow_3a… --key-file key.txt');
};
