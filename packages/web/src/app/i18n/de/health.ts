/** Wie es Auslösern geht. */
export const health = {
  title: 'Wie es diesem Auslöser geht',
  unpublished: 'Er beginnt, wenn der Flow mit ihm veröffentlicht ist.',
  off: 'Ausgeschaltet',
  looked: 'Nachgesehen',
  next: 'Das nächste Mal {{when}}',
  last: 'Startete zuletzt einen Lauf',
  none: 'Keinen der letzten Läufe hat er gestartet.',
  failing_one: 'Er scheitert seit {{when}}: bisher einmal',
  failing_other: 'Er scheitert seit {{when}}: {{count}}-mal hintereinander',
};
