/** Names of secrets: one pattern for the API that stores them, the steps that use them and the powers that lend them. */

export const SECRET_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$/;

/** What a schema says of a text that is none. */
export const SECRET_NAME_IS = 'the name of a secret: letters, digits, _, . or -';
