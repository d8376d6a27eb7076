/** Choosing an engine, on a page that comes from elsewhere. */
export const connect = {
  title: 'Connect to an engine',
  lead: 'This page keeps nothing: the address and the token are gone when it is closed.',
  address: 'Address of the engine',
  example: 'https://engine.example.com',
  unfit: 'Expected an address with https',
  token: 'Engine token',
  tokenHelp: 'Made by headgate token create, or in the settings of the engine.',
  act: 'Connect',
  who: 'Engine token',
} as const;
