/** `headgate mcp` and what `headgate doctor` tells of it: programs that are registered as tool servers, from beside the server. */

import { problem } from '@headgate/core';
import { tryStdio } from '../sandbox/stdio.ts';
import { type ToolServer, userOf } from '../engine/tool-servers/registered.ts';
import type { Settings } from './config.ts';
import { type Finding, look, ok, wrong } from './finding.ts';
import { complain, DONE, FAILED, MISUSED, note, pretty, print } from './say.ts';
import { ToolServerFile } from './tool-server-file.ts';

export type AddWish = {
  readonly read?: readonly string[];
  readonly write?: readonly string[];
  readonly env?: readonly string[];
  readonly envFrom?: readonly string[];
  readonly workspace?: readonly string[];
  readonly allWorkspaces?: true;
  readonly memory?: number;
  readonly processes?: number;
  readonly timeout?: number;
};

const fileOf = ({ dir, keyFile, secretsFile, workspaceKeys }: Settings): ToolServerFile =>
  new ToolServerFile(dir, [keyFile, secretsFile, workspaceKeys]);

const placesOf = ({ workspaces }: ToolServer): readonly string[] => (workspaces === '*' ? [] : workspaces);

const told = (one: ToolServer): string =>
  [
    `mcp:${one.name}  ${[one.command, ...one.args].join(' ')}`,
    ...(one.read.length === 0 ? [] : [`  reads ${one.read.join(', ')}`]),
    ...(one.write.length === 0 ? [] : [`  writes ${one.write.join(', ')}`]),
    `  ${one.memoryMb} MB, ${one.processes} processes, ${one.timeoutSeconds} s a call`,
    one.workspaces === '*'
      ? '  for all workspaces'
      : `  for ${placesOf(one)
          .map((place) => `${place} (user ${userOf(one.name, place)})`)
          .join(', ')}`,
  ].join('\n');

const withUsers = (one: ToolServer): object => ({
  ...one,
  users: Object.fromEntries(placesOf(one).map((place) => [place, userOf(one.name, place)])),
});

export const listServers = async (s: Settings, json: boolean): Promise<number> => {
  const all = fileOf(s).all();
  if (!all.ok) {
    complain([all.problem], json);
    return FAILED;
  }
  if (json) print(pretty(all.value.map(withUsers)));
  else if (all.value.length === 0) note('No tool servers yet: headgate mcp add NAME COMMAND');
  else for (const one of all.value) print(told(one));
  return DONE;
};

/** `NAME=TEXT` each; null where one is none. */
const pairs = (all: readonly string[] | undefined): readonly (readonly [string, string])[] | null => {
  const made = (all ?? []).map((one) => [one.slice(0, one.indexOf('=')), one.slice(one.indexOf('=') + 1)] as const);
  return (all ?? []).every((one) => one.indexOf('=') > 0) ? made : null;
};

export const addServer = async (
  s: Settings,
  o: AddWish & { readonly name: string; readonly command: string; readonly words: readonly string[] },
  json: boolean,
): Promise<number> => {
  const [values, secrets] = [pairs(o.env), pairs(o.envFrom)];
  if (values === null || secrets === null) {
    complain([problem('usage', 'Expected NAME=TEXT', { at: { field: values === null ? 'env' : 'env-from' } })], json);
    return MISUSED;
  }
  const added = fileOf(s).add({
    name: o.name,
    command: o.command,
    args: [...o.words],
    env: Object.fromEntries([
      ...values.map(([name, value]) => [name, { value }] as const),
      ...secrets.map(([name, secret]) => [name, { secret }] as const),
    ]),
    read: [...(o.read ?? [])],
    write: [...(o.write ?? [])],
    workspaces: o.allWorkspaces === true ? '*' : [...(o.workspace ?? ['default'])],
    ...(o.memory === undefined ? {} : { memoryMb: o.memory }),
    ...(o.processes === undefined ? {} : { processes: o.processes }),
    ...(o.timeout === undefined ? {} : { timeoutSeconds: o.timeout }),
  });
  if (!added.ok) {
    complain([added.problem], json);
    return FAILED;
  }
  print(json ? pretty(withUsers(added.value)) : told(added.value));
  return DONE;
};

export const removeServer = async (s: Settings, name: string, json: boolean): Promise<number> => {
  const removed = fileOf(s).remove(name);
  if (removed.ok && removed.value) return DONE;
  complain(
    [
      removed.ok
        ? problem('mcp.unknown_server', `There is no tool server ${name} here`, { fix: 'headgate mcp list' })
        : removed.problem,
    ],
    json,
  );
  return FAILED;
};

/** Each that is registered, and whether it can be locked here; none of their programs is started for it. */
export const serverFindings = async (s: Settings): Promise<readonly Finding[]> => {
  const file = fileOf(s);
  const all = file.all();
  if (!all.ok) return [wrong('tool servers', all.problem.text, all.problem.fix ?? 'See docs/mcp.md.')];
  return Promise.all(
    all.value.map(async (one): Promise<Finding> => {
      const what = `tool server mcp:${one.name}`;
      const place = one.workspaces === '*' ? 'default' : (one.workspaces[0] ?? 'default');
      const lock = await tryStdio({ ...one, env: {}, user: userOf(one.name, place) });
      if ('fault' in lock)
        return wrong(
          what,
          `it cannot be started: ${lock.fault}`,
          'See to it, or take it out: headgate mcp remove. The rules are in docs/mcp.md.',
        );
      const user = lock.ownUser ? ', as a user of its own' : '';
      return lock.namespaces
        ? ok(
            what,
            `${one.command}, locked (Landlock ${lock.landlock}, system-call filter, namespaces of its own${user})`,
          )
        : look(
            what,
            `${one.command}, locked (Landlock ${lock.landlock}, system-call filter${user}), without namespaces of its own`,
            'Let unshare of util-linux make namespaces for the user of the server, where this system can.',
          );
    }),
  );
};
