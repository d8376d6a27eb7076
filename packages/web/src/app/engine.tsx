/** The engine that this page drives: one client for the whole app. */

import { createContext, use } from 'react';
import type { Client } from './transport/client.ts';

const EngineContext = createContext<Client | null>(null);

export const EngineProvider = EngineContext.Provider;

export const useEngine = (): Client => {
  const client = use(EngineContext);
  if (client === null) throw new Error('a page outside the app');
  return client;
};
