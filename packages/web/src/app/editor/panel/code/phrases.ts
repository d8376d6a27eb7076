/** The editor's own words, in the language of the app. Its own names for them are English sentences. */

const WORDS = {
  Find: 'find',
  Replace: 'replace',
  next: 'next',
  previous: 'previous',
  all: 'all',
  'match case': 'case',
  regexp: 'regexp',
  'by word': 'word',
  replace: 'replaceOne',
  'replace all': 'replaceAll',
  close: 'close',
  'current match': 'current',
  'on line': 'onLine',
  'replaced match on line $': 'replacedOne',
  'replaced $ matches': 'replaced',
  'Go to line': 'toLine',
  go: 'go',
  Diagnostics: 'problems',
  'No diagnostics': 'noProblems',
  Completions: 'offers',
  'Selection deleted': 'deleted',
} as const;

export type Word = (typeof WORDS)[keyof typeof WORDS];

/** `say`: the word in the language of the app. */
export const phrasesIn = (say: (word: Word) => string): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(WORDS).map(([english, word]) => [english, say(word)]));
