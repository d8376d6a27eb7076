/** Starts the app: policy, languages, the transport to the engine that the page came from (or none), and the first page. */

import './no-eval.ts';
import 'headgate:styles.css';
import './theme/base.css';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { startLanguages } from './i18n/i18n.ts';
import { startPrefs } from './prefs/prefs.ts';
import { queries } from './queries.ts';
import { clientOver } from './transport/client.ts';
import { sameOrigin } from './transport/http.ts';
import { installPolicy } from './trusted-types.ts';

installPolicy();

const place = document.getElementById('app');
if (place !== null) {
  startPrefs();
  await startLanguages();
  const elsewhere = document.querySelector('meta[name="headgate-engine"]') !== null;
  createRoot(place).render(<App own={elsewhere ? null : clientOver(sameOrigin())} queries={queries()} />);
}
