/** How environments and the values in them may be called. */

export const ENVIRONMENT_NAME = /^[a-z][a-z0-9_-]{0,63}$/;
export const ENVIRONMENT_NAME_IS = 'the name of an environment (small letters, digits, _ and -)';

/** Read as `vars.NAME` in expressions. */
export const VALUE_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,99}$/;
export const VALUE_NAME_IS = 'the name of a value (letters, digits and _, no digit first)';
