/** The app around its pages: theme, data, addresses. It is given its client, so that any transport can stand behind it. */

import { MantineProvider } from '@mantine/core';
import { QueryClientProvider, type QueryClient } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { useState } from 'react';
import { EngineProvider } from './engine.tsx';
import { makeRouter } from './router/router.tsx';
import { nonce, theme } from './theme/theme.ts';
import type { Client } from './transport/client.ts';

export const App = ({ client, queries }: { readonly client: Client; readonly queries: QueryClient }) => {
  const [router] = useState(makeRouter);
  return (
    <MantineProvider theme={theme} defaultColorScheme="auto" getStyleNonce={nonce}>
      <QueryClientProvider client={queries}>
        <EngineProvider value={client}>
          <RouterProvider router={router} />
        </EngineProvider>
      </QueryClientProvider>
    </MantineProvider>
  );
};
