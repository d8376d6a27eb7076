/**
 * Languages. English is complete and is the type of every other language: a text that one of them lacks does not compile.
 * A page never holds a text of its own (texts.test.ts).
 */

import i18next, { type i18n } from 'i18next';
import { initReactI18next } from 'react-i18next';
import { type English, english } from './en/index.ts';

/** The same keys, with any text. */
export type Translation<T = English> = {
  readonly [K in keyof T]: T[K] extends string ? string : Translation<T[K]>;
};

export const LANGUAGES = { en: 'English', de: 'Deutsch' } as const;
export type Language = keyof typeof LANGUAGES;

const KEY = 'headgate.language';

export const isLanguage = (text: string): text is Language => Object.hasOwn(LANGUAGES, text);

/** What was chosen here; else what the browser asks for; else English. */
const chosen = (): Language => {
  const wishes = [localStorage.getItem(KEY) ?? '', ...navigator.languages.map((one) => one.slice(0, 2))];
  return wishes.find(isLanguage) ?? 'en';
};

const load = async (language: Language): Promise<void> => {
  if (language === 'en' || i18next.hasResourceBundle(language, 'translation')) return;
  const { german } = await import('./de/index.ts');
  i18next.addResourceBundle(language, 'translation', german);
};

/** The texts that are sent later; a page that needs them waits for this. */
export const laterTexts = async (): Promise<void> => {
  const { later } = await import('./en/later.ts');
  i18next.addResourceBundle('en', 'translation', later, true);
};

export const startLanguages = async (): Promise<i18n> => {
  await i18next.use(initReactI18next).init({
    lng: 'en',
    fallbackLng: 'en',
    resources: { en: { translation: english } },
    // React escapes; texts are never markup.
    interpolation: { escapeValue: false },
  });
  await choose(chosen());
  return i18next;
};

export const choose = async (language: Language): Promise<void> => {
  await load(language);
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
};

/** Chooses, and remembers it in this browser. */
export const chooseForGood = async (language: Language): Promise<void> => {
  localStorage.setItem(KEY, language);
  await choose(language);
};
