/**
 * What the text of a code step asks for, read without running it.
 *
 * S1 A function of `can` is there only if the text holds its name. So what the text does not name needs no power.
 * S2 A host counts as literal only in a call whose first argument is a text that begins with it, and only if every use of
 *    the name is such a call; else any address is asked for. Either way each call is judged when it is made.
 * S3 A secret is shown to one text of the code: the need, and so the grant, holds its hash.
 */

import { codeHash, type Need, SECRET_NAME, secretsShown } from '@headgate/core/step';
import { type Target, targetOf } from '../http.request/target.ts';
import { fileNeeds } from './files.ts';

/** The functions of `can` that a text gets when it names them. */
const FUNCTIONS = ['fetch', 'readFile', 'readReference'] as const;
/** Those that leave something behind outside. */
const OUTSIDE: ReadonlySet<string> = new Set(['fetch']);

const word = (name: string): RegExp => new RegExp(`(?<![\\w$])${name}(?![\\w$])`, 'g');

const MENTIONS = FUNCTIONS.map((name) => ({ name, word: new RegExp(word(name).source) }));

/** What a text mentions of `can`. `calls`: what reaches outside; `functions`: all that it gets, `secret` only where it names which. */
type Said = { readonly calls: readonly string[]; readonly functions: readonly string[] };

const KEPT = 200;
const read = new Map<string, Said>();

/** Kept, because a text is asked at every run of its step. */
const said = (source: string): Said => {
  const known = read.get(source);
  if (known !== undefined) return known;
  const names = MENTIONS.filter((mention) => mention.word.test(source)).map(({ name }) => name);
  const calls = names.filter((name) => OUTSIDE.has(name));
  const made = { calls, functions: secretsShown(source).length === 0 ? names : [...names, 'secret'] };
  if (read.size >= KEPT) read.clear();
  read.set(source, made);
  return made;
};

/** Names of the host functions that the text mentions and that reach outside. */
export const calls = (source: string): readonly string[] => said(source).calls;

/** The functions of `can` that the text gets. */
export const functions = (source: string): readonly string[] => said(source).functions;

/** A whole text that is a whole argument, or the beginning of a template. */
const CALL = /(?<![\w$])fetch\s*\(\s*(?:(?:'([^'\\\n]*)'|"([^"\\\n]*)"|`([^`\\$]*)`)\s*[,)]|`([^`\\$]*)\$\{)/g;

const literalTargets = (source: string): readonly Target[] | undefined => {
  const found = [...source.matchAll(CALL)].map((match) =>
    // What follows in a template must not be able to go on with the host.
    match[4] === undefined ? targetOf(match[1] ?? match[2] ?? match[3]) : targetOf(`${match[4]}@`),
  );
  const uses = [...source.matchAll(word('fetch'))].length;
  return found.length === uses && found.every((target) => target !== undefined) ? found : undefined;
};

/** The powers that these settings need. */
export const needsOf = (raw: Record<string, unknown>): readonly Need[] => {
  const source = typeof raw['source'] === 'string' ? raw['source'] : '';
  return [running(raw['language']), ...netNeeds(source), ...fileNeeds(source), ...secretNeeds(source, raw['language'])];
};

const secretNeeds = (source: string, language: unknown): readonly Need[] => {
  const names = secretsShown(source).filter((name) => SECRET_NAME.test(name));
  if (names.length === 0) return [];
  const hash = codeHash(typeof language === 'string' ? language : 'js', source);
  return names.map((name) => ({
    power: 'secret' as const,
    scope: `read ${name} for code ${hash}`,
    sentence: `See the secret “${name}” itself: the code of this step, as it is now, can do with it whatever it likes.`,
  }));
};

const running = (language: unknown): Need => {
  const python = language === 'python';
  return {
    power: 'code',
    scope: python ? 'python' : 'js',
    sentence: `Run the ${python ? 'Python' : 'JavaScript'} code of this step in the jail, where it reaches nothing that is not lent to it.`,
  };
};

const netNeeds = (source: string): readonly Need[] => {
  const unknown = source.trimStart().startsWith('{{');
  if (!unknown && calls(source).length === 0) return [];
  const targets = unknown ? undefined : literalTargets(source);
  if (targets === undefined)
    return [
      {
        power: 'net',
        scope: '* *:*',
        computed: true,
        sentence: 'Read, send, change or delete data at any address: its code decides which one when the flow runs.',
      },
    ];
  const hosts = new Map(targets.map((target) => [`${target.host}:${target.port}`, target.origin]));
  return [...hosts].map(([host, origin]) => ({
    power: 'net' as const,
    scope: `* ${host}`,
    sentence: `Read, send, change or delete data at ${origin}, as its code decides.`,
  }));
};
