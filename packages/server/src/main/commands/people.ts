/** Commands about who may do what, at a running server: `workspace`, `project`, `member`, `role`. */

import { ROLES, VISIBILITIES } from '@headgate/core';
import { Argument, type Command, Option } from 'commander';
import { examples, number, type Shell, several } from '../shell.ts';
import { type At, type Reach, reach } from './reach.ts';

const load = () => import('../remote/people.ts');

/** Adds them to the program, and `share`, `transfer` and `move` to the commands of flows. */
export const peopleCommands = (program: Command, flow: Command, at: At, shell: Shell): void => {
  workspaces(program, at, shell);
  projects(program, at);
  members(program, at);
  roles(program, at);

  const share = flow
    .command('share')
    .description(
      'Say who sees a flow: its owner, its project, the whole workspace, or everybody (who may then run it).',
    )
    .argument('<flow>', 'id of the flow')
    .addOption(new Option('--with <who>', 'who sees it').choices([...VISIBILITIES]).makeOptionMandatory())
    .action(at(async (w, id: string, o: Reach & { with: string }) => (await load()).shareFlow(w, id, o.with)));
  examples(reach(share), 'flow share flow_4f… --with workspace --key-file key.txt');

  const transfer = flow
    .command('transfer')
    .description('Give a flow to another member. Powers lent to it stay with who lent them.')
    .argument('<flow>', 'id of the flow')
    .requiredOption('--to <user>', 'mail address or id of the member who gets it')
    .action(at(async (w, id: string, o: Reach & { to: string }) => (await load()).transferFlow(w, id, o.to)));
  const move = flow
    .command('move')
    .description(
      'Move a flow to another project, where you may write as well. What was lent to its steps, and what was promoted to\n' +
        'environments of the old project, ends: lend it again there.',
    )
    .argument('<flow>', 'id of the flow')
    .requiredOption('--project <id>', 'where it goes')
    .action(at(async (w, id: string, o: Reach & { project: string }) => (await load()).moveFlow(w, id, o.project)));
  examples(reach(move), 'flow move flow_4f… --project p_1b… --key-file key.txt');
  examples(reach(transfer), 'flow transfer flow_4f… --to ben@example.com --key-file key.txt');
};

const workspaces = (program: Command, at: At, shell: Shell): void => {
  const workspace = program
    .command('workspace')
    .description('workspaces of an instance: list, create, open, owner, two-factors, delete');
  const list = workspace
    .command('list')
    .description('List the workspaces of the caller; with --all every one of the instance, for its administrators.')
    .option('--all', 'every workspace of the instance')
    .action(at(async (w, o: Reach & { all?: boolean }) => (await load()).listWorkspaces(w, o.all === true)));
  examples(reach(list), 'workspace list --key-file key.txt');

  const create = workspace
    .command('create')
    .description(
      'Make a workspace with an owner, and print its id. For administrators of the instance. Who has no account yet is\n' +
        'invited first: member invite.',
    )
    .requiredOption('--name <text>', 'its name')
    .requiredOption('--owner <user>', 'who owns it: mail address or id of an account (headgate user list)')
    .action(
      at(async (w, o: Reach & { name: string; owner: string }) => (await load()).createWorkspace(w, o.name, o.owner)),
    );
  examples(reach(create), 'workspace create --name Sales --owner ben@example.com --key-file key.txt');

  const open = workspace
    .command('open')
    .description(
      'Look into a workspace as an administrator of the instance, by a key that reads it for a time. Its people see the\n' +
        'reason in their audit trail, and the key in their list.',
    )
    .argument('<workspace>', 'id of the workspace')
    .requiredOption('--reason <text>', 'why; kept in the audit trail of the workspace')
    .option('--minutes <number>', 'how long the key works', number(1, 60), 15)
    .requiredOption('--api-key-file <file>', 'where to write the key: a new file, made 0600')
    .action(
      at(async (w, id: string, o: Reach & { reason: string; minutes: number; apiKeyFile: string }) =>
        (await load()).openWorkspace(w, id, o),
      ),
    );
  examples(
    reach(open),
    'workspace open w_7c… --reason "their ticket of today" --api-key-file glass.txt --key-file key.txt',
  );

  const owner = workspace
    .command('owner')
    .description(
      'Give a workspace an owner when none of those it has is left. For administrators of the instance; on record in the\n' +
        'workspace. Nobody appoints himself.',
    )
    .argument('<workspace>', 'id of the workspace')
    .requiredOption('--to <user>', 'mail address or id of the account that becomes its owner')
    .action(at(async (w, id: string, o: Reach & { to: string }) => (await load()).appointOwner(w, id, o.to)));
  examples(reach(owner), 'workspace owner w_7c… --to ben@example.com --key-file key.txt');

  const factors = workspace
    .command('two-factors')
    .description(
      'Say whether members of the workspace have to sign in with two factors, or a passkey. Keys and tokens are not asked.',
    )
    .addArgument(new Argument('<on|off>', 'whether').choices(['on', 'off']))
    .action(at(async (w, on: string, _o: Reach) => (await load()).insistOnFactors(w, on === 'on')));
  examples(reach(factors), 'workspace two-factors on --key-file key.txt');

  const remove = workspace
    .command('delete')
    .description(
      'Delete a workspace with everything in it, from beside the instance, running or not. It cannot be taken back. Works only\n' +
        'with HEADGATE_ENABLE_SUPERUSER_CLI=true; its owners do it signed in, at POST /api/v1/auth/workspaces/{id}/delete.',
    )
    .argument('<workspace>', 'id of the workspace')
    .requiredOption('--name <text>', 'its name, as proof that this one is meant')
    .action(async (id: string, o: { name: string }) => {
      const settings = shell.settings();
      if (settings === null) return;
      const { deleteWorkspace } = await import('../delete-workspace.ts');
      shell.finish(await deleteWorkspace(settings, { id, name: o.name }, shell.json()));
    });
  examples(remove, 'workspace delete w_7c… --name Sales');
};

const projects = (program: Command, at: At): void => {
  const project = program.command('project').description('projects of a running server: list, create, remove');
  const list = project
    .command('list')
    .description('List the projects that the caller holds something in.')
    .action(at(async (w, _o: Reach) => (await load()).listProjects(w)));
  examples(reach(list), 'project list --key-file key.txt');

  const create = project
    .command('create')
    .description('Make a project and print its id.')
    .argument('<name>', 'its name')
    .action(at(async (w, name: string, _o: Reach) => (await load()).createProject(w, name)));
  examples(reach(create), 'project create Invoices --key-file key.txt');

  const remove = project
    .command('remove')
    .description('Delete a project with nothing in it.')
    .argument('<project>', 'id of the project')
    .action(at(async (w, id: string, _o: Reach) => (await load()).removeProject(w, id)));
  examples(reach(remove), 'project remove p_3b… --key-file key.txt');
};

const members = (program: Command, at: At): void => {
  const member = program
    .command('member')
    .description('members of a workspace at a running server: list, invite, role, remove');
  const list = member
    .command('list')
    .description('List the members and their roles.')
    .action(at(async (w, _o: Reach) => (await load()).listMembers(w)));
  examples(reach(list), 'member list --key-file key.txt');

  const invite = member
    .command('invite')
    .description(
      'Invite somebody by mail address. Prints the link that the invited person takes it up with, this once; no mail is sent.\n' +
        'Without --role and --project it gives an account and nothing else.',
    )
    .argument('<email>', 'mail address')
    .option('--role <role>', `${ROLES.join(', ')}, or the id of a role`)
    .option('--project <project=role>', 'a role in one project; may be repeated', several, [])
    .option('--days <number>', 'how long it can be taken up', number(1, 30), 7)
    .action(
      at(async (w, email: string, o: Reach & { role?: string; project: readonly string[]; days: number }) =>
        (await load()).inviteMember(w, email, o),
      ),
    );
  examples(
    reach(invite),
    'member invite ada@example.com --role editor --key-file key.txt',
    'member invite ben@example.com --project p_3b…=operator --key-file key.txt',
  );

  const role = member
    .command('role')
    .description('Change the role of a member, in the workspace or in one project. It holds within a second.')
    .argument('<user>', 'mail address or id of a member; with --project also the id of a group')
    .argument('<role>', `${ROLES.join(', ')}, the id of a role, or none`)
    .option('--project <id>', 'in this project alone')
    .action(
      at(async (w, user: string, name: string, o: Reach & { project?: string }) =>
        (await load()).setRole(w, user, name, o.project),
      ),
    );
  examples(
    reach(role),
    'member role ben@example.com viewer --key-file key.txt',
    'member role g_2d… operator --project p_3b… --key-file key.txt',
  );

  const remove = member
    .command('remove')
    .description(
      'End a membership: keys and powers lent are gone at once, what was started is cancelled, and flows go to the\n' +
        'successor, or are switched off.',
    )
    .argument('<user>', 'mail address or id of the member')
    .option('--successor <user>', 'mail address or id of the member who gets the flows')
    .action(
      at(async (w, user: string, o: Reach & { successor?: string }) =>
        (await load()).removeMember(w, user, o.successor),
      ),
    );
  examples(reach(remove), 'member remove ben@example.com --successor ada@example.com --key-file key.txt');
};

const roles = (program: Command, at: At): void => {
  const role = program.command('role').description('roles of a workspace at a running server: list, create, remove');
  const list = role
    .command('list')
    .description('List the roles there are, and what each holds.')
    .action(at(async (w, _o: Reach) => (await load()).listRoles(w)));
  examples(reach(list), 'role list --key-file key.txt');

  const create = role
    .command('create')
    .description('Make a role out of permissions that the caller holds, and print its id.')
    .argument('<name>', 'its name')
    .requiredOption('--permission <permission>', 'what it holds; may be repeated', several)
    .action(
      at(async (w, name: string, o: Reach & { permission: readonly string[] }) =>
        (await load()).createRole(w, name, o.permission),
      ),
    );
  examples(reach(create), 'role create Starters --permission flow.read --permission run --key-file key.txt');

  const remove = role
    .command('remove')
    .description('Delete a role that nobody holds.')
    .argument('<role>', 'id of the role')
    .action(at(async (w, id: string, _o: Reach) => (await load()).removeRole(w, id)));
  examples(reach(remove), 'role remove r_5e… --key-file key.txt');
};
