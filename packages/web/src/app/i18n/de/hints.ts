/** The hints of the first flow. */

export const hints = {
  title: 'Erste Schritte',
  count: '{{at}} von {{of}}',
  run: 'Dieser Flow beantwortet einen Webhook. Starten Sie ihn mit seinen Beispieldaten und sehen Sie, was über jede Verbindung geht.',
  runAct: 'Jetzt starten',
  change: 'Ändern Sie eine Zeile im Code und drücken Sie Strg+Enter: Nur was die Änderung berührt, läuft neu.',
  changeAct: 'Zur Zeile',
  publish: 'Veröffentlichen Sie ihn: Von da an hat der Flow eine eigene Adresse.',
  publishAct: 'Ansehen, was veröffentlicht würde',
  call: 'Fügen Sie dies in Ihr eigenes Terminal ein: Die Antwort kommt dort an, und der Lauf erscheint hier.',
  callAct: 'Aufruf kopieren',
  done: 'Das war alles: gebaut, gestartet, veröffentlicht und aufgerufen.',
  templates: 'Weitere Flows für den Anfang',
  guides: 'Anleitungen lesen',
  putAway: 'Hinweise ausblenden',
  close: 'Schließen',
} as const;
