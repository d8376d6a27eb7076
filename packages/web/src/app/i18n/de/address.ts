/** Adressen von Webhooks, und andere an ihrer Stelle. */
export const address = {
  published: 'Adresse des Veröffentlichten',
  unpublished: 'Eine Adresse, die bleibt, bekommt er mit dem Veröffentlichen des Flows.',
  environment: 'In {{environment}}',
  replace: 'Neue Adresse',
  replaceOf: 'Neue Adresse für {{trigger}}',
  lead: 'Er bekommt eine andere Adresse. Was an die jetzige sendet, muss sie erfahren: Die neue wird hier gezeigt.',
  old: 'Die jetzige Adresse',
  ends: { now: 'endet sofort', hour: 'gilt noch 1 Stunde', day: 'gilt noch 24 Stunden', week: 'gilt noch 7 Tage' },
  atOnce:
    'Sie ist von da an nichts mehr, und die vor ihr auch nicht: Was dorthin gesendet wird, bekommt 404. Richtig für eine Adresse, die bekannt geworden ist.',
  overlap:
    'Bis dahin starten beide den Flow, damit Sender die neue erfahren können. Früher endet sie nur durch eine weitere Adresse.',
  done: '{{trigger}} hat eine neue Adresse',
  besides: 'Was vorher seine Adresse war, gilt daneben; das endet',
};
