/** What a step asks for, in its panel. */
export const needs = {
  title: 'What this step needs',
  go: 'Go to what it needs',
  state: {
    lent: 'Lent',
    part: 'Lent in part: the rest is refused when it runs',
    missing: 'Not lent: refused when it runs',
  },
  allow: 'Allow',
  allowOf: 'Allow {{power}}',
  narrow: 'Narrow',
  narrowOf: 'Narrow {{power}}',
  deny: 'Deny',
  denyOf: 'Deny {{power}}',
  already: 'It is lent already',
  nothing: 'Nothing is lent that could be taken back',
  elsewhere: 'It is lent to the flow as a whole; the powers page takes that back',
  only: 'Lend only',
  lend: 'Lend this',
  more: 'This is more than the step asks for, or something else',
  stops: 'Refused when it runs: what goes beyond this in {{power}}',
} as const;
