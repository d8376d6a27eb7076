/** Ausdrücke in Feldern: was die Vervollständigung sagt, und was darunter steht. */

import type { Translation } from '../i18n.ts';

export const expression: Translation['expression'] = {
  roots: {
    input: 'Die Eingabe des Flows',
    steps: 'Die Ergebnisse der Schritte davor',
    trigger: 'Was den Lauf begonnen hat',
    problems: 'Das Problem, in dem ein Schritt endete, oder null',
    vars: 'Die Werte der Umgebung, in der der Flow läuft',
    item: 'Das Element der Liste, für das der Schritt läuft',
    index: 'Der Index des Elements, ab 0',
    now: 'Die festgehaltene Zeit des Laufs, ein Datum in UTC',
    run: 'Was von diesem Lauf bekannt ist',
  },
  lack: {
    run: 'Noch keine Daten von {{id}}. Nach einem Lauf bis hierher steht hier, was dies ergibt.',
    input: 'Noch keine Eingabe. Nach einem Lauf steht hier, was dies ergibt.',
    large: 'Die Daten von {{id}} sind zu groß, um sie hier zu probieren.',
  },
  kind: {
    nothing: 'Nichts (null)',
    list_one: 'Liste mit {{count}} Element',
    list_other: 'Liste mit {{count}} Elementen',
    text: 'Text',
    number: 'Zahl',
    boolean: 'Wahr oder falsch',
    object: 'Objekt',
  },
  of: 'mit Daten von {{age}}',
  at: 'Zeile {{line}}, Spalte {{column}}',
  empty: 'ein leerer Text',
};
