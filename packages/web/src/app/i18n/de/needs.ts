/** Was ein Schritt braucht, in seinem Feld. */

import type { Translation } from '../i18n.ts';

export const needs: Translation['needs'] = {
  title: 'Was dieser Schritt braucht',
  go: 'Zu dem, was er braucht',
  state: {
    lent: 'Verliehen',
    part: 'Zum Teil verliehen: der Rest wird im Lauf verweigert',
    missing: 'Nicht verliehen: wird im Lauf verweigert',
  },
  allow: 'Erlauben',
  allowOf: '{{power}}: Erlauben',
  narrow: 'Verengen',
  narrowOf: '{{power}}: Verengen',
  deny: 'Verweigern',
  denyOf: '{{power}}: Verweigern',
  already: 'Es ist schon verliehen',
  nothing: 'Nichts ist verliehen, was zurückgenommen werden könnte',
  elsewhere: 'Es ist dem ganzen Flow verliehen; die Seite der Befugnisse nimmt es zurück',
  only: 'Nur dies verleihen',
  lend: 'Dies verleihen',
  more: 'Das ist mehr, als der Schritt verlangt, oder etwas anderes',
  stops: 'Im Lauf verweigert: was in {{power}} darüber hinausgeht',
};
