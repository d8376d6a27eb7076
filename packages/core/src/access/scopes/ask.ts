/** `ask: person ada@example.com`, `ask: role admin`, `ask: group finance`: asking somebody for an answer or an approval. */

import { named } from '../../flow/text/shown.ts';
import { type Read, type Scope, texts, wrong } from './scope.ts';

/** `whom`: `person`, `role`, `group`, or `anyone` with the name `*`. People are named by id or mail address, groups by id or name. */
export type AskScope = { readonly whom: string; readonly name: string };

const ROLES: ReadonlySet<string> = new Set(['owner', 'admin', 'editor', 'operator', 'viewer']);
/** Names of groups may hold spaces. */
const GROUP = /^group\s+([\p{L}\p{N}][\p{L}\p{M}\p{N} _.+@&()-]{0,99})$/u;
const PERSON = /^[\p{L}\p{N}_][\p{L}\p{M}\p{N}_.+@-]{0,199}$/u;

const parse = (text: string): Read<AskScope> => {
  if (text === '*') return { scope: { whom: 'anyone', name: '*' } };
  const group = GROUP.exec(text);
  if (group !== null) return { scope: { whom: 'group', name: (group[1] ?? '').toLowerCase().normalize('NFC') } };
  const [first = '', second, more] = text.split(/\s+/);
  const [whom, name] = second === undefined ? [ROLES.has(first) ? 'role' : 'person', first] : [first, second];
  if (more !== undefined) return wrong('expected person and who, role or group and which, or *');
  if (whom === 'role')
    return ROLES.has(name)
      ? { scope: { whom, name } }
      : wrong(`expected one of ${[...ROLES].join(', ')}, got ${named(name)}`);
  const lower = name.toLowerCase().normalize('NFC');
  return whom === 'person' && PERSON.test(lower)
    ? { scope: { whom, name: lower } }
    : wrong(`expected person and an id or mail address, or role and a role, got ${named(text)}`);
};

export const ask: Scope<AskScope> = {
  form: 'ask: role admin',
  parse,
  print: ({ whom, name }) => (whom === 'anyone' ? '*' : `${whom} ${name}`),
  is: (value) => texts(value, 'whom', 'name'),
  covers: (grant, request) => grant.whom === 'anyone' || (grant.whom === request.whom && grant.name === request.name),
  sentence: ({ whom, name }) =>
    whom === 'anyone'
      ? 'Ask anybody of the workspace'
      : whom === 'role'
        ? `Ask people with the role ${name}`
        : whom === 'group'
          ? `Ask the people of the group ${name}`
          : `Ask ${name}`,
  byTyping: () => false,
};
