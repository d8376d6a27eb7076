/** Which triggers have an address of their own, that somebody outside calls. */

/** `kind`: with its version. */
export const isHookKind = (kind: string): boolean => kind.startsWith('webhook@') || kind.startsWith('service.webhook@');
