import type { Translation } from '../i18n.ts';
import type { declared as english } from '../en/declared.ts';

export const declared: Translation<typeof english> = {
  input: 'Eingabe',
  inputLead:
    'Was ein Lauf bekommt. Es wird geprüft, bevor er beginnt; Formulare, Werkzeuge und die Beispiele unter „Benutzen“ entstehen daraus.',
  anything: 'Der Flow nimmt jedes JSON. Mit Feldern wird es geprüft, und es gibt ein Formular.',
  nothing: 'Der Flow nimmt keine Eingabe.',
  add: 'Feld hinzufügen',
  asJson: 'Als JSON Schema',
  asFields: 'Als Felder',
  takeAnything: 'Jedes JSON nehmen',
  name: 'Name',
  taken: 'Ein Feld dieses Namens gibt es schon, oder er ist leer',
  type: 'Art',
  other: 'Eine andere',
  types: {
    text: 'Text',
    number: 'Zahl',
    whole: 'Ganze Zahl',
    boolean: 'Ja oder nein',
    list: 'Liste',
    object: 'Objekt',
  },
  about: 'Was es ist',
  needed: 'Nötig',
  remove: '{{name}} entfernen',
  schema: 'Schema der Eingabe',
  schemaHelp: 'JSON Schema, der Teil, den der Leitfaden der Flow-Dateien nennt',
  output: 'Ausgabe',
  outputLead: 'Was ein Lauf antwortet: meist ein Ausdruck, etwa das Ergebnis des letzten Schritts.',
  more: 'Der Flow und seine Läufe',
  description: 'Beschreibung',
  settings: {
    timeout: { label: 'Höchste Dauer', hint: 'Die längste Zeit für einen Lauf, etwa 30s oder 5m.' },
    concurrency: { label: 'Läufe zur selben Zeit', hint: 'Andere warten auf einen Platz.' },
    priority: {
      label: 'Vorrang',
      hint: 'Von -100 bis 100: von Läufen, die auf einen Platz warten, geht der höhere vor.',
    },
    idempotency: {
      label: 'Einmal je',
      hint: 'Was zwei Läufe nicht gemein haben dürfen: der zweite bekommt die Antwort des ersten.',
    },
    errorFlow: {
      label: 'Flow, der gerufen wird, wenn ein Lauf scheitert',
      hint: 'Sein Name in diesem Projekt, oder seine Id.',
    },
  },
};
