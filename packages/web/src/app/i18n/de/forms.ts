/** Ein Flow als Formular zum Teilen. */
import type { Translation } from '../i18n.ts';
import type { forms as english } from '../en/forms.ts';

export const forms: Translation<typeof english> = {
  run: 'Ausführen',
  noInput: 'Er nimmt keine Eingabe.',
  lines: 'Eines je Zeile',
  json: 'Als JSON',
  wrong_one: 'Ein Feld stimmt noch nicht.',
  wrong_other: '{{count}} Felder stimmen noch nicht.',
  working: 'Er läuft',
  steps: '{{done}} von {{of}} Schritten sind zu Ende',
  stepsNow: '{{done}} von {{of}} Schritten sind zu Ende, jetzt {{now}}',
  done: 'Fertig',
  failed: 'Es hat nicht geklappt',
  goesOn: 'Es geht weiter',
  later: 'Es dauert länger, als diese Seite wartet. Was dabei herauskommt, wird hier nicht gezeigt.',
  nothingToShow: 'Er antwortet nichts.',
  toRun: 'Den Lauf ansehen',
  toFlow: 'Den Flow veröffentlichen',
  nothing: 'Hier ist nichts für Sie',
  signIn:
    'Dieses Formular ist für Mitglieder eines Arbeitsbereichs, oder es ist weg. Melden Sie sich an, um es zu sehen.',
  notYours: 'Der Flow ist weg, oder Sie sehen ihn nicht.',
  unpublished: 'Der Flow ist noch nicht veröffentlicht: es gibt nichts auszuführen.',
  share: {
    title: 'Als Formular',
    lead: 'Eine Seite mit der Eingabe als Feldern, zum Schicken an die, für die sie ist.',
    open: 'Das Formular öffnen',
    who: 'Wer es benutzen darf',
    visibilities: {
      private: 'Allein wem er gehört',
      project: 'Mitglieder seines Projekts',
      workspace: 'Mitglieder des Arbeitsbereichs',
      public: 'Alle, ohne Konto',
    },
  },
};
