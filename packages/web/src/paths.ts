/** Addresses that server-made pages lead to. Nothing in an address is a credential. */

/** Doors of accounts that forms post to. */
export const AUTH = {
  login: '/api/v1/auth/login',
  code: '/api/v1/auth/login/code',
  signUp: '/api/v1/auth/signup',
  reset: '/api/v1/auth/reset',
  logout: '/api/v1/auth/logout',
  everywhere: '/api/v1/auth/logout/everywhere',
  password: '/api/v1/auth/password',
  account: '/api/v1/auth/account',
  sessions: '/api/v1/auth/sessions',
  totp: '/api/v1/auth/totp',
  confirm: '/api/v1/auth/totp/confirm',
  noTotp: '/api/v1/auth/totp/remove',
  recovery: '/api/v1/auth/recovery',
  passkey: '/api/v1/auth/login/passkey',
  passkeys: '/api/v1/auth/passkeys',
  ownPasskeys: '/api/v1/auth/account/passkeys',
  script: '/api/v1/auth/passkey.js',
} as const;
