/** `code: js` or `code: python`: running code in the jail. It reaches nothing by itself; what it may use is lent apart. */

import { named } from '../../flow/text/shown.ts';
import { type Read, type Scope, texts, wrong } from './scope.ts';

/** `js` (TypeScript too, which becomes it), `python` or `*`. */
export type CodeScope = { readonly language: string };

const LANGUAGES: Readonly<Record<string, string>> = {
  js: 'js',
  ts: 'js',
  javascript: 'js',
  typescript: 'js',
  python: 'python',
  '*': '*',
};

const parse = (text: string): Read<CodeScope> => {
  const language = Object.hasOwn(LANGUAGES, text) ? LANGUAGES[text] : undefined;
  return language === undefined ? wrong(`expected js, python or *, got ${named(text)}`) : { scope: { language } };
};

const NAMES: Readonly<Record<string, string>> = { js: 'JavaScript ', python: 'Python ', '*': '' };

export const code: Scope<CodeScope> = {
  form: 'code: js',
  parse,
  print: ({ language }) => language,
  is: (value) => texts(value, 'language'),
  covers: (grant, request) => grant.language === '*' || grant.language === request.language,
  sentence: ({ language }) =>
    `Run ${NAMES[language] ?? ''}code in the jail, where it reaches nothing that is not lent to it`,
  byTyping: ({ language }) => language !== '*',
};
