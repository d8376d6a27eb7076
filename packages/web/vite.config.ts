/** Builds the web app: one entry, hashed files under /assets, and the list of them for the server. */

import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { realmLibrary } from './realm-lib-plugin.ts';
import { routes } from './routes-plugin.ts';
import { styles } from './styles-plugin.ts';

export default defineConfig({
  // Whatever the environment says: what is served is the release build of every library.
  mode: 'production',
  define: { 'process.env.NODE_ENV': '"production"' },
  root: new URL('src/app', import.meta.url).pathname,
  plugins: [react(), routes(), styles(new URL('src/app', import.meta.url).pathname)],
  resolve: { conditions: ['headgate-source', 'module', 'browser', 'import', 'default'] },
  build: {
    outDir: new URL('dist/app', import.meta.url).pathname,
    emptyOutDir: true,
    manifest: 'manifest.json',
    modulePreload: { polyfill: false },
    target: 'es2023',
    reportCompressedSize: false,
    chunkSizeWarningLimit: 2000,
    rolldownOptions: { input: new URL('src/app/main.tsx', import.meta.url).pathname },
  },
  worker: { format: 'es', plugins: () => [realmLibrary()] },
});
