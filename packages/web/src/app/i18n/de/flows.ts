/** Die Liste der Flows. */
export const flows = {
  title: 'Flows',
  lead: 'Ein Flow sind Schritte, durch Drähte verbunden. Er läuft von Hand, nach Plan, durch Webhook oder API.',
  empty: 'Es gibt noch keinen Flow.',
  create: 'Neuer Flow',
  name: 'Name',
  newName: 'Neuer Flow',
  status: 'Stand',
  version: 'Version {{version}}',
  draftOnly: 'Entwurf, nicht veröffentlicht',
  off: 'Ausgeschaltet',
  changed: 'Geändert',
  owner: 'Besitzer',
  visibility: { private: 'Privat', project: 'Projekt', workspace: 'Arbeitsbereich', public: 'Öffentlich' },
  filter: 'Einen Flow finden',
  acts: 'Was sich mit {{name}} tun lässt',
  deleted: 'Gelöschte Flows',
};
