/** The codes of Problems that expressions end in, each with when. Programs tell Problems apart by these alone. */
export const EXPR_CODES = {
  'expr.syntax': 'The text between {{ and }} is not one JavaScript expression, or {{ is never closed.',
  'expr.unsupported': 'Valid JavaScript that expressions do not have, such as assignment, `new` or loops.',
  'expr.forbidden': 'Reaches behind the data: prototypes, constructors, functions as values, code.',
  'expr.name': 'A name that does not exist here.',
  'expr.method': 'A method or function that does not exist, or one that is not called.',
  'expr.arguments': 'Too many or too few arguments, or a function where none belongs.',
  'expr.missing': 'Something is read from, or called on, null or a missing value.',
  'expr.type': 'A value of another kind is needed.',
  'expr.value': 'A value of the right kind that cannot be used, such as a text that is not JSON.',
  'expr.regex': 'A regex that cannot be run in linear time.',
  'expr.too_long': 'The expression or text is too long.',
  'expr.too_deep': 'The expression or the value is nested too deeply.',
  'expr.budget': 'The evaluation needs more operations than one may use.',
} as const;

export type ExprCode = keyof typeof EXPR_CODES;
