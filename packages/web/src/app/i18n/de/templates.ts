/** Einen Flow anfangen. */
export const templates = {
  title: 'Neuer Flow',
  blank: 'Mit nichts anfangen',
  file: 'Aus einer Datei',
  unread: 'Erwartet wird eine Flow-Datei, also ein JSON-Dokument; diese Datei ist keins.',
  starters: 'Vorlagen',
  lead: 'Flows, die laufen. Jeder wird zu Ihrem Flow, den Sie ändern können; was er braucht, steht unter seinem Namen.',
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
    ai: 'KI',
  },
};
