/**
 * The languages in which expressions compare, write numbers and write dates. The list is closed,
 * because the platform keeps data for every name it is ever asked for.
 */
import { fail } from '../fault.ts';
import type { Use } from './method.ts';

const LOCALES: ReadonlySet<string> = new Set(
  (
    'ar bg bn ca cs da de de-AT de-CH de-DE el en en-AU en-CA en-GB en-IE en-IN en-US es es-AR es-ES es-MX et fa fi fr fr-BE fr-CA fr-CH fr-FR ' +
    'he hi hr hu id is it it-CH it-IT ja ja-JP ko ko-KR lt lv ms nb nl nl-BE nl-NL no pl pt pt-BR pt-PT ro ru ru-RU sk sl sr sv sv-SE sw ta te th tr uk ur vi zh zh-CN zh-HK zh-TW'
  ).split(' '),
);

/** What meeting a language for the first time costs, at worst. */
const FIRST = 10_000;

/** The language of that name, paid for; a Problem if it is not in the list. */
export const localeOf = (use: Use, name: string): string => {
  if (!LOCALES.has(name)) {
    return fail(
      use.site,
      'expr.value',
      'There is no such language here',
      'Write one such as en-US, de, fr, es, pt-BR or ja.',
    );
  }
  if (name !== 'en-US') use.budget.once(`locale ${name}`, FIRST, 0);
  return name;
};
