/** The app around its pages: theme, data, addresses. Any transport can stand behind it; without one it asks for an engine. */

import { MantineProvider } from '@mantine/core';
import { QueryClientProvider, type QueryClient } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import { EngineProvider } from './engine.tsx';
import { laterTexts } from './i18n/i18n.ts';
import { makeRouter } from './router/router.tsx';
import { nonce, theme } from './theme/theme.ts';
import type { Client } from './transport/client.ts';

// Only an app that was served elsewhere asks which engine it drives.
const ConnectPage = lazy(async () => {
  const [{ ConnectPage }] = await Promise.all([import('./connect/connect-page.tsx'), laterTexts()]);
  return { default: ConnectPage };
});

export const App = ({ own, queries }: { readonly own: Client | null; readonly queries: QueryClient }) => {
  const [router] = useState(makeRouter);
  const [client, setClient] = useState(own);
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={nonce}>
      <QueryClientProvider client={queries}>
        {client === null ? (
          <Suspense fallback={null}>
            <ConnectPage connected={setClient} />
          </Suspense>
        ) : (
          <EngineProvider value={client}>
            <RouterProvider router={router} />
          </EngineProvider>
        )}
      </QueryClientProvider>
    </MantineProvider>
  );
};
