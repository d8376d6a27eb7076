import type { Translation } from '../i18n.ts';
import type { flowActs as english } from '../en/flow-acts.ts';

export const flowActs: Translation<typeof english> = {
  chat: 'Seite des Chats öffnen',
  copy: 'Kopie anlegen',
  copyOf: 'Kopie von {{name}}',
  save: 'Als Datei sichern',
  switchOff: 'Ausschalten',
  switchOn: 'Einschalten',
  delete: 'Löschen',
  deleted: '„{{name}}“ ist gelöscht',
  restored: '„{{name}}“ ist wieder da wie vorher',
  title: 'Gelöschte Flows',
  lead: 'Nichts startet einen gelöschten Flow. {{days}} Tage lang lässt er sich wiederherstellen, wie er war, mit Versionen, Befugnissen und Adressen.',
  none: 'In den letzten {{days}} Tagen wurde kein Flow gelöscht.',
  all: 'Alle Flows',
  when: 'Gelöscht',
  until: 'Endgültig weg',
  acts: 'Wiederherstellen oder entfernen',
  restore: 'Wiederherstellen',
  restoreOf: 'Wiederherstellen: {{name}}',
  remove: 'Endgültig entfernen',
  removeOf: 'Endgültig entfernen: {{name}}',
  removeTitle: '„{{name}}“ endgültig entfernen?',
  removeText:
    'Entwurf, Versionen, Befugnisse und Adressen sind dann weg und kommen nicht wieder. Die Läufe bleiben, solange Läufe aufgehoben werden.',
};
