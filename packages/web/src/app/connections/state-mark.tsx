/** How a connection stands: a sign, a colour and a word. */

import { useTranslation } from 'react-i18next';
import type { Answer } from '../transport/client.ts';
import { type Sign, Signed } from '../ui/signed.tsx';

type State = Answer<'listConnections'>['connections'][number]['state'];

const SIGN: Readonly<Record<State, Sign>> = {
  new: ['○', 'var(--hg-quiet)'],
  connected: ['✓', 'var(--hg-done)'],
  expiring: ['◔', 'var(--hg-waiting)'],
  reconnect: ['✕', 'var(--hg-failed)'],
};

export const StateMark = ({ state }: { readonly state: State }) => {
  const { t } = useTranslation();
  return <Signed by={SIGN[state]} text={t(`connections.states.${state}`)} />;
};
