/** How a connection stands: a sign, a colour and a word. */

import { useTranslation } from 'react-i18next';
import type { Answer } from '../transport/client.ts';

type State = Answer<'listConnections'>['connections'][number]['state'];

const SIGN: Readonly<Record<State, readonly [sign: string, color: string]>> = {
  new: ['○', 'var(--hg-quiet)'],
  connected: ['✓', 'var(--hg-done)'],
  expiring: ['◔', 'var(--hg-waiting)'],
  reconnect: ['✕', 'var(--hg-failed)'],
};

export const StateMark = ({ state }: { readonly state: State }) => {
  const { t } = useTranslation();
  const [sign, color] = SIGN[state];
  return (
    <span style={{ color, fontWeight: 600, whiteSpace: 'nowrap' }}>
      <span aria-hidden style={{ display: 'inline-block', width: 16 }}>
        {sign}
      </span>
      {t(`connections.states.${state}`)}
    </span>
  );
};
