/** Einen Webhook eines Entwurfs ausprobieren. */
export const listen = {
  title: 'Den Webhook ausprobieren',
  begin: 'Zuhören',
  lead: 'Gibt dem Entwurf für 15 Minuten eine Adresse: jede Zustellung führt den Entwurf aus.',
  waits: 'Wartet auf eine Zustellung',
  until: 'endet',
  end: 'Nicht mehr zuhören',
  address: 'Adresse des Entwurfs',
  curl: 'Eine Zustellung aus der Shell',
  signed: 'Signiert wie {{preset}} es tut, mit dem Geheimnis in der Umgebungsvariablen WEBHOOK_SECRET.',
  begun: 'Der Webhook des Entwurfs hört zu',
  came: 'Eine Zustellung kam; der Entwurf läuft damit',
  deliveries: 'Letzte Zustellungen',
  look: 'Lauf ansehen',
  take: 'Als Eingabe verwenden',
  taken: 'Läufe des Entwurfs beginnen jetzt mit dieser Zustellung',
  large: 'Diese Zustellung ist zu groß, um als Eingabe von Läufen des Entwurfs behalten zu werden.',
};
