/** `user` and `group`: the accounts of an instance and the groups of a workspace, as commands. */

import { Argument, type Command } from 'commander';
import { examples, number, several } from '../shell.ts';
import { type At, type Reach, reach } from './reach.ts';

const WHOM = 'mail address or id of the account';

export const userCommands = (program: Command, at: At): void => {
  const load = () => import('../remote/users.ts');
  const user = program
    .command('user')
    .description('accounts of an instance, for its administrators: list, state, administrator, reset');
  const list = user
    .command('list')
    .description('List the accounts of the instance. For its administrators; members of a workspace: member list.')
    .option('--limit <number>', 'at most so many', number(1, 200), 50)
    .option('--cursor <text>', 'go on where the list before ended')
    .action(
      at(async (w, { limit, cursor }: Reach & { limit: number; cursor?: string }) =>
        (await load()).listUsers(w, { limit, ...(cursor === undefined ? {} : { cursor }) }),
      ),
    );
  examples(reach(list), 'user list --key-file key.txt');

  const state = user
    .command('state')
    .description('Approve an account that waits, suspend one, or let it in again. Every session of it ends.')
    .argument('<user>', WHOM)
    .addArgument(new Argument('<state>', 'active or suspended').choices(['active', 'suspended']))
    .action(at(async (w, whom: string, to: string, _o: Reach) => (await load()).changeUser(w, whom, { state: to })));
  examples(reach(state), 'user state ben@example.com active --key-file key.txt');

  const administrator = user
    .command('administrator')
    .description('Say whether somebody manages the instance. It lets nobody look into a workspace.')
    .argument('<user>', WHOM)
    .addArgument(new Argument('<on|off>', 'whether').choices(['on', 'off']))
    .action(
      at(async (w, whom: string, on: string, _o: Reach) =>
        (await load()).changeUser(w, whom, { administrator: on === 'on' }),
      ),
    );
  examples(reach(administrator), 'user administrator ben@example.com on --key-file key.txt');

  const reset = user
    .command('reset')
    .description('Print a link to a new password, good for a day, to hand over where no mail is set up.')
    .argument('<user>', WHOM)
    .action(at(async (w, whom: string, _o: Reach) => (await load()).resetUser(w, whom)));
  examples(reach(reset), 'user reset ben@example.com --key-file key.txt');
};

export const groupCommands = (program: Command, at: At): void => {
  const load = () => import('../remote/groups.ts');
  const group = program
    .command('group')
    .description('groups of members, at a running server: list, create, members, remove');
  const list = group
    .command('list')
    .description('List the groups and who is in them.')
    .action(at(async (w, _o: Reach) => (await load()).listGroups(w)));
  examples(reach(list), 'group list --key-file key.txt');

  const create = group
    .command('create')
    .description('Make a group and print its id. Give it a role in a project: member role GROUP ROLE --project ID.')
    .argument('<name>', 'its name')
    .option('--member <user>', 'mail address or id of a member; may be repeated', several, [])
    .action(
      at(async (w, name: string, o: Reach & { member: readonly string[] }) =>
        (await load()).createGroup(w, name, o.member),
      ),
    );
  examples(
    reach(create),
    'group create Accounting --member ada@example.com --member ben@example.com --key-file key.txt',
  );

  const members = group
    .command('members')
    .description('Say who is in a group from now on, in the place of who was.')
    .argument('<group>', 'id of the group')
    .option('--member <user>', 'mail address or id of a member; may be repeated; none: nobody is', several, [])
    .action(
      at(async (w, id: string, o: Reach & { member: readonly string[] }) => (await load()).setGroup(w, id, o.member)),
    );
  examples(reach(members), 'group members g_2d… --member ada@example.com --key-file key.txt');

  const remove = group
    .command('remove')
    .description('Delete a group, with the roles that it held in projects.')
    .argument('<group>', 'id of the group')
    .action(at(async (w, id: string, _o: Reach) => (await load()).removeGroup(w, id)));
  examples(reach(remove), 'group remove g_2d… --key-file key.txt');
};
