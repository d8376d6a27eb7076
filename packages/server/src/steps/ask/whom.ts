/** Who is asked, as the settings of a question say it, and the powers that takes. */

import { type Need, type Whom, z } from '@headgate/core/step';

export const ROLES = ['owner', 'admin', 'editor', 'operator', 'viewer'] as const;
const PERSON = /^[\p{L}\p{N}_][\p{L}\p{M}\p{N}_.+@-]{0,199}$/u;
const GROUP = /^[\p{L}\p{N}][\p{L}\p{M}\p{N} _.+@&()-]{0,99}$/u;
const ADDRESS = /^[^\s@<>"',;:\\]{1,64}@[^\s@<>"',;:\\]{3,190}$/;

/** Expressions are judged when they have a value. */
export const whom = z.strictObject({
  members: z
    .array(z.string().regex(PERSON, 'the mail address or the id of a member'))
    .max(50)
    .optional()
    .describe('Members of the workspace, by mail address, e.g. ["ada@example.com"]. They sign in to answer.'),
  roles: z.array(z.enum(ROLES)).max(5).optional().describe('Everybody of the workspace with one of these roles.'),
  groups: z
    .array(z.string().regex(GROUP, 'the name of a group'))
    .max(20)
    .optional()
    .describe('Everybody in one of these groups of the workspace, by its name.'),
  emails: z
    .array(z.string().regex(ADDRESS, 'a mail address'))
    .max(50)
    .optional()
    .describe('People without an account: each gets a link of their own by mail.'),
  link: z
    .boolean()
    .optional()
    .describe('true: whoever has the link `run.resume.ID` of this step may answer, without an account.'),
});
type Written = z.output<typeof whom>;

const plain = (name: string): string => name.trim().toLowerCase().normalize('NFC');

export const whomOf = ({ members, roles, groups, emails, link }: Written): Whom[] => [
  ...(members ?? []).map((name) => ({ kind: 'member' as const, name: plain(name) })),
  ...(roles ?? []).map((name) => ({ kind: 'role' as const, name })),
  ...(groups ?? []).map((name) => ({ kind: 'group' as const, name: plain(name) })),
  ...(emails ?? []).map((name) => ({ kind: 'email' as const, name: plain(name) })),
  ...(link === true ? [{ kind: 'link' as const, name: '*' }] : []),
];

const WORD: Readonly<Record<string, readonly [word: string, says: (name: string) => string]>> = {
  members: ['person', (name) => `Ask ${name}.`],
  roles: ['role', (name) => `Ask people with the role ${name}.`],
  groups: ['group', (name) => `Ask the people of the group ${name}.`],
  emails: ['person', (name) => `Ask ${name}, by a link in a mail.`],
};

/** The powers that asking these people takes, as far as the settings name them plainly. */
export const whomNeeds = (written: unknown): readonly Need[] => {
  if (typeof written !== 'object' || written === null) return [];
  const needs = Object.entries(written).flatMap(([kind, value]): Need[] => {
    if (kind === 'link') return value === false ? [] : [ANYBODY];
    const known = WORD[kind];
    if (known === undefined) return [];
    const names: readonly unknown[] = Array.isArray(value) ? value : [value];
    return names.map((name) =>
      typeof name !== 'string' || name.includes('{{')
        ? { ...ANYBODY, computed: true, sentence: 'Ask people who are only known when the flow runs.' }
        : {
            ...{ power: 'ask', scope: `${known[0]} ${plain(name)}`, sentence: known[1](plain(name)) },
            ...(kind === 'emails' ? { outward: true as const } : {}),
          },
    );
  });
  return needs;
};

const ANYBODY: Need = { power: 'ask', scope: '*', outward: true, sentence: 'Ask whoever has the link.' };
