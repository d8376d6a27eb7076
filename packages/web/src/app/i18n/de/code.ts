/** Der Editor für Code-Schritte. */

import type { Translation } from '../i18n.ts';

export const code: Translation['code'] = {
  run: 'Ausführen',
  find: 'Suchen',
  leave: 'Tab rückt ein. Mit der Tastatur hinaus: Esc, dann Tab.',
  mayLeave: 'Tab verlässt jetzt den Editor',
  problems: 'Probleme im Code',
  goTo: '{{line}}:{{column}}, dorthin',
  by: { types: 'Typen', check: 'Prüfung', run: 'Letzter Lauf' },
  types: {
    asking: 'Die Typen werden geprüft.',
    told: 'Typen: keine Probleme.',
    off: 'Die Typen konnten in diesem Browser nicht geprüft werden. Die Engine prüft den Code trotzdem.',
  },
  declared: 'Was der Code bekommt: Typen von input und can',
  untyped: 'Python wird hier nicht auf Typen geprüft; die Syntax prüft die Engine.',
  words: {
    find: 'Suchen',
    replace: 'Ersetzen',
    next: 'weiter',
    previous: 'zurück',
    all: 'alle',
    case: 'Groß/klein beachten',
    regexp: 'Regex',
    word: 'ganze Wörter',
    replaceOne: 'ersetzen',
    replaceAll: 'alle ersetzen',
    close: 'schließen',
    current: 'dieser Treffer',
    onLine: 'in Zeile',
    replacedOne: 'Treffer in Zeile $ ersetzt',
    replaced: '$ Treffer ersetzt',
    toLine: 'Gehe zu Zeile',
    go: 'los',
    problems: 'Probleme',
    noProblems: 'Keine Probleme',
    offers: 'Was hier passt',
    deleted: 'Auswahl gelöscht',
  },
};
