import { Command } from 'commander';
import { expect, test } from 'vitest';
import { newShell } from '../shell.ts';
import { flowCommands } from './flows.ts';
import { guardCommands } from './guard.ts';
import { instanceCommands } from './instance.ts';
import { mcpCommands } from './mcp.ts';
import { modelCommands } from './models.ts';
import { remoteCommands } from './remote.ts';
import { startCommand } from './start.ts';

const made = (): Command => {
  const program = new Command('headgate').exitOverride().configureHelp({ showGlobalOptions: true }).option('--json');
  const shell = newShell(program, '0.0.0');
  for (const add of [
    startCommand,
    flowCommands,
    remoteCommands,
    instanceCommands,
    guardCommands,
    modelCommands,
    mcpCommands,
  ])
    add(program, shell);
  return program;
};

const leaves = (command: Command, words: readonly string[] = []): [string, Command][] =>
  command.commands.length === 0
    ? [[words.join(' '), command]]
    : command.commands.flatMap((one) => leaves(one, [...words, one.name()]));

const helpOf = (command: Command): string => {
  let text = '';
  command.configureOutput({ writeOut: (part) => void (text += part) });
  command.outputHelp();
  return text;
};

test('every command is there', () => {
  expect(leaves(made()).map(([name]) => name)).toEqual([
    ...['start', 'run', 'check', 'test'],
    ...['flow list', 'flow import', 'flow export', 'flow publish', 'flow share', 'flow transfer', 'flow move'],
    ...['webhook list', 'webhook rotate', 'service list', 'service import', 'service remove'],
    ...['runs list', 'runs show', 'runs rerun', 'runs cancel', 'runs resolve'],
    ...['key create', 'key list', 'key rotate', 'key revoke'],
    ...['token create', 'token list', 'token revoke', 'token rotate-keys'],
    ...['client create', 'client list', 'client remove'],
    ...['secret set', 'secret list', 'secret remove'],
    ...['connection create', 'connection connect', 'connection list', 'connection show'],
    ...['connection disconnect', 'connection delete'],
    ...['provider add', 'provider list', 'provider kinds', 'provider test', 'provider remove'],
    ...[
      'knowledge list',
      'knowledge search',
      'knowledge index',
      'knowledge site add',
      'knowledge site pages',
      'knowledge site list',
      'knowledge site remove',
    ],
    ...['memory list', 'memory show', 'memory delete'],
    ...['file put', 'file get', 'file list', 'file delete'],
    ...['policy show', 'policy set'],
    ...['env list', 'env create', 'env remove', 'env vars'],
    ...['env promote', 'env promotions', 'env decide', 'env deployments'],
    ...['quota show', 'quota list', 'quota set'],
    ...[
      'workspace list',
      'workspace create',
      'workspace open',
      'workspace owner',
      'workspace two-factors',
      'workspace delete',
    ],
    ...['project list', 'project create', 'project remove'],
    ...['member list', 'member invite', 'member role', 'member remove'],
    ...['role list', 'role create', 'role remove'],
    ...['group list', 'group create', 'group members', 'group remove'],
    ...['user list', 'user state', 'user administrator', 'user reset'],
    ...['superuser', 'doctor', 'backup', 'restore'],
    ...['key-file rotate', 'workspace-key make', 'workspace-key rotate', 'workspace-key list'],
    ...['audit-log verify', 'audit-log export'],
    'guard scan',
    'models list',
    'models add',
    'models remove',
    ...['mcp list', 'mcp add', 'mcp remove'],
  ]);
});

test('every command says what it does, with an example of itself, and takes --json', () => {
  for (const [name, command] of leaves(made())) {
    const help = helpOf(command);
    expect(help).toMatch(new RegExp(`Examples?:\\n {2}\\$ headgate ${name}`));
    expect(help).toContain('--json');
    expect(command.description()).toMatch(/\.$/);
  }
});

test('no command takes a key, a password or a secret as a word: only files that hold one', () => {
  const secret = leaves(made()).flatMap(([, command]) =>
    command.options.filter(({ long }) => /key|password|secret|token/.test(long ?? '')),
  );
  expect(secret.length).toBeGreaterThan(10);
  // How many tokens of models may be used is a number, and no secret.
  for (const { flags } of secret.filter(
    (one) => !one.flags.startsWith('--tokens-') || !one.flags.endsWith(' <number>'),
  ))
    expect(flags).toMatch(/^--[a-z-]+-file <file>$/);
});

/** docs/cli.md: every command with its own help, as a terminal of 100 columns shows it. */
const page = (): string => {
  const program = made();
  const parts = leaves(program).map(([name, command]) => {
    command.configureHelp({ helpWidth: 100 });
    return `## headgate ${name}\n\n\`\`\`\n${helpOf(command).trim()}\n\`\`\`\n`;
  });
  return `# Command line\n\nIn a checkout the command is \`./headgate\`. This page is generated from the help of the commands
(\`packages/server/src/main/commands\`): \`headgate <command> --help\` says the same.\n\n${parts.join('\n')}`;
};

test('the help of every command is the one kept in docs/cli.md', async () => {
  await expect(page()).toMatchFileSnapshot('../../../../../docs/cli.md');
});
