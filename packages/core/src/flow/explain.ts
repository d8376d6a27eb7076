/**
 * Turns what a zod schema found wrong into Problems a flow's author can act on: place, what was expected, what came, and
 * the near name when a field was misspelt.
 *
 * EX1 One issue, one Problem (an object with three unknown fields gives three), in the order of the schema.
 * EX2 No value is shown but a short literal of the author's own file that has no look of a secret (shown.ts).
 */

import type { z } from 'zod';
import { problem, type Place, type Problem } from '../problem.ts';
import { fieldPath, valueAt, type Path } from './path.ts';
import { fieldsAt } from './fields.ts';
import { named, shown } from './text/shown.ts';
import { didYouMean, type Suggester } from './suggest.ts';

type Issue = z.core.$ZodIssue;

/** What the issues are about: the schema and the value it judged; `place` turns a path inside it into a Problem's place. */
export type Subject = {
  readonly schema: z.ZodType;
  readonly value: unknown;
  readonly place: (path: Path) => Place;
  readonly suggest: Suggester;
  /** Issues to pass over, by their path: what stands there is only known when the flow runs. */
  readonly ignore?: (path: Path, code: Issue['code']) => boolean;
};

const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'an object',
  record: 'an object',
  null: 'null',
  nonoptional: 'a value',
};

const literal = (value: unknown): string => (typeof value === 'string' ? JSON.stringify(value) : String(value));

const oneOf = (words: readonly string[]): string => {
  const different = [...new Set(words)];
  return different.length < 2
    ? (different[0] ?? 'another value')
    : `${different.slice(0, -1).join(', ')} or ${different[different.length - 1]}`;
};

const unitOf = (origin: string, count: unknown): string => {
  const one = Number(count) === 1;
  if (origin === 'string') return one ? ' character' : ' characters';
  if (origin === 'array') return one ? ' entry' : ' entries';
  return '';
};

/** What an issue expected, as the end of "expected …". */
const expected = (issue: Issue): string => {
  switch (issue.code) {
    case 'invalid_type':
      return KINDS[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return oneOf(issue.values.map(literal));
    case 'too_small':
      return `${issue.exact === true ? 'exactly' : issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}${unitOf(issue.origin, issue.minimum)}`;
    case 'too_big':
      return `${issue.exact === true ? 'exactly' : issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}${unitOf(issue.origin, issue.maximum)}`;
    case 'not_multiple_of':
      return `a multiple of ${issue.divisor}`;
    case 'invalid_format':
      return issue.message.startsWith('Invalid')
        ? `a text of the form ${issue.format === 'regex' ? String(issue.pattern) : issue.format}`
        : issue.message;
    case 'invalid_union':
      return oneOf(issue.errors.map((branch) => (branch[0] === undefined ? 'another value' : expected(branch[0]))));
    case 'unrecognized_keys':
      return 'only known fields';
    case 'invalid_key':
    case 'invalid_element':
      return issue.issues[0] === undefined ? 'another value' : expected(issue.issues[0]);
    case 'custom':
      return issue.message.startsWith('Invalid') ? 'another value' : issue.message;
  }
};

/** How long a list or text is, where the length is what is wrong. */
const got = (issue: Issue, value: unknown, path: Path): string => {
  if (issue.code === 'too_small' || issue.code === 'too_big') {
    if (typeof value === 'string') return `${value.length}`;
    if (Array.isArray(value)) return `${value.length}`;
  }
  return shown(value, path);
};

/**
 * In a union the author meant one branch: the one that agrees with the value's own type and fails deeper inside. Its
 * issues are told; without exactly one such branch the union is told as a whole.
 */
const meant = (issue: Issue & { code: 'invalid_union' }): readonly Issue[] | undefined => {
  const deep = issue.errors.filter(
    (branch) => branch.length > 0 && branch.every((i) => i.path.length > 0 || i.code === 'unrecognized_keys'),
  );
  const shallow = issue.errors.filter(
    (branch) =>
      branch.length > 0 &&
      branch.every((i) => i.path.length === 0 && i.code !== 'invalid_type' && i.code !== 'unrecognized_keys'),
  );
  if (deep.length === 1) return deep[0];
  return deep.length === 0 && shallow.length === 1 && shallow[0]?.[0]?.code !== 'invalid_value'
    ? shallow[0]
    : undefined;
};

/** The Problems of one issue; `base` is the path of what the issue's own path starts from. */
const explainOne = (issue: Issue, base: Path, subject: Subject): Problem[] => {
  const path = [...base, ...issue.path];
  const value = valueAt(subject.value, path);
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownField(key, path, value, subject));
  if (issue.code === 'invalid_union') {
    const branch = meant(issue);
    if (branch !== undefined) return branch.flatMap((i) => explainOne(i, path, subject));
  }
  const at = subject.place(path);
  const field = fieldPath(path.slice(-1));
  if (value === undefined && path.length > 0) {
    return [
      problem('field.missing', `expected ${expected(issue)} in ${named(field)}, got nothing`, {
        at,
        fix: `Add ${named(field)}.`,
      }),
    ];
  }
  if (issue.code === 'custom' && typeof value === 'object')
    return [problem('field.wrong', `expected ${expected(issue)}`, { at })];
  const near =
    issue.code === 'invalid_value' && typeof value === 'string'
      ? didYouMean(subject.suggest(value, issue.values.map(String)))
      : undefined;
  return [
    problem('field.wrong', `expected ${expected(issue)}, got ${got(issue, value, path)}`, {
      at,
      ...(near === undefined ? {} : { fix: near }),
    }),
  ];
};

const unknownField = (key: string, path: Path, parent: unknown, subject: Subject): Problem => {
  const known = fieldsAt(subject.schema, path);
  const taken = typeof parent === 'object' && parent !== null ? parent : {};
  const near = subject.suggest(
    key,
    known.filter((k) => !Object.hasOwn(taken, k)),
  );
  const fix =
    didYouMean(near) ?? (known.length > 0 && known.length <= 16 ? `Known fields: ${known.join(', ')}.` : 'Remove it.');
  return problem('field.unknown', `the field ${named(key)} is not known here`, {
    at: subject.place([...path, key]),
    fix,
  });
};

/** The issue without what is to be passed over; undefined when nothing is left. A union holds when one branch is left with nothing. */
const left = (issue: Issue, base: Path, subject: Subject): Issue | undefined => {
  const path = [...base, ...issue.path];
  if (subject.ignore?.(path, issue.code) === true) return undefined;
  if (issue.code !== 'invalid_union' || subject.ignore === undefined || issue.errors.length === 0) return issue;
  const errors = issue.errors.map((branch) => branch.flatMap((one) => left(one, path, subject) ?? []));
  return errors.some((branch) => branch.length === 0) ? undefined : { ...issue, errors, inclusive: true };
};

/** The Problems of all issues. */
export const explain = (issues: readonly Issue[], subject: Subject): Problem[] =>
  issues.flatMap((issue) => {
    const rest = left(issue, [], subject);
    return rest === undefined ? [] : explainOne(rest, [], subject);
  });

/** Judges a value by the subject's schema. */
export const judge = (subject: Subject): { readonly data: unknown; readonly problems: readonly Problem[] } => {
  const answer = subject.schema.safeParse(subject.value);
  return answer.success
    ? { data: answer.data, problems: [] }
    : { data: undefined, problems: explain(answer.error.issues, subject) };
};
