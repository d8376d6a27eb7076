/** Was Agenten außerhalb von Chats behalten. */

import type { Translation } from '../i18n.ts';

export const memory: Translation['memory'] = {
  title: 'Was Agenten behalten',
  lead: 'Agenten dieses Flows mit einem Gedächtnis behalten, was ihnen gesagt wurde, für jeden, der sie aufruft, getrennt. Was in Chats gesagt wurde, steht in den Chats.',
  all: 'Sie dürfen diesen Flow ändern. Darum sehen Sie, dass auch andere hier ein Gedächtnis haben, und dürfen es löschen; was darin steht, erfährt nur, wem es gehört.',
  none: 'Kein Agent dieses Flows behält etwas.',
  of: 'Von',
  you: 'Ihnen',
  visitor: 'Jemandem zu Besuch',
  step: 'Agent',
  draft: '(Entwurf)',
  session: 'Sitzung',
  theirs: '(gehört jemand anderem)',
  turns: 'Wechsel',
  size: 'Größe',
  updated: 'Zuletzt behalten',
  show: 'Zeigen',
  showOf: '{{name}}: Zeigen',
  ownersAlone: 'Was darin steht, erfährt nur, wem es gehört',
  deleteOf: '{{name}}: Löschen',
  deleteText_one: '{{count}} Wechsel wird vergessen, und der Agent beginnt neu. Er kommt nicht wieder.',
  deleteText_other: '{{count}} Wechsel werden vergessen, und der Agent beginnt neu. Sie kommen nicht wieder.',
  deleted: '{{name}} ist vergessen',
  summary: 'Zusammenfassung dessen, was vorher war',
  outside: 'der Agent hatte Text von außen gelesen',
};
