/** Which triggers have an address of their own, that somebody outside calls. */

/** Is it called by a program? `kind`: with its version. */
export const isHookKind = (kind: string): boolean => kind.startsWith('webhook@') || kind.startsWith('service.webhook@');

/** Has it an address of its own: called by a program, or opened by a person? */
export const hasAddress = (kind: string): boolean => isHookKind(kind) || kind.startsWith('form@');
