/** Eine Engine wählen, auf einer Seite, die von anderswo kommt. */
export const connect = {
  title: 'Mit einer Engine verbinden',
  lead: 'Diese Seite behält nichts: Adresse und Token sind fort, wenn sie geschlossen wird.',
  address: 'Adresse der Engine',
  example: 'https://engine.example.com',
  unfit: 'Erwartet wird eine Adresse mit https',
  token: 'Engine-Token',
  tokenHelp: 'Gemacht von headgate token create oder in den Einstellungen der Engine.',
  act: 'Verbinden',
  who: 'Engine-Token',
};
