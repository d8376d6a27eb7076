/** Einen Flow anfangen. */
export const templates = {
  title: 'Neuer Flow',
  blank: 'Mit nichts anfangen',
  file: 'Aus einer Datei',
  unread: 'Erwartet wird eine Flow-Datei, also ein JSON-Dokument; diese Datei ist keins.',
  starters: 'Vorlagen',
  lead: 'Flows, die laufen und kein Konto anderswo brauchen. Jede wird zu Ihrem Flow, den Sie ändern können.',
  find: 'Eine Vorlage finden',
  asks: 'Verlangt',
  use: 'Diese nehmen',
  useNamed: 'Diese nehmen: {{name}}',
  groups: {
    start: 'Erste Schritte',
    basics: 'Grundlagen',
    webhooks: 'Webhooks',
    schedules: 'Zeitpläne',
    apis: 'Dienste',
    code: 'Code',
    people: 'Menschen',
  },
};
