/**
 * better-auth on our own tables: it judges passwords and second factors and holds the WebAuthn ceremonies. Loaded at the
 * first account door, because it costs some forty megabytes. Its HTTP handler, its sessions and its sign-up are not used:
 * routes call its functions, and what a browser gets is a session of ours.
 *
 * BA1 What it would keep as sessions and challenges lies in memory for minutes (memory.ts); its cookies never leave.
 * BA2 Its secrets come from the keyring, one for each root: after a change of the instance key old factors still open.
 * BA3 It sends nothing anywhere: telemetry is off whatever the environment says, and no provider is set up in it.
 */

import { passkey } from '@better-auth/passkey';
import { APIError, betterAuth } from 'better-auth';
import { makeSignature } from 'better-auth/crypto';
import { twoFactor } from 'better-auth/plugins/two-factor';
import type { Kysely } from 'kysely';
import type { Tables } from '../schema/tables.ts';
import type { Memory } from './memory.ts';
import { hashPassword, verifyPassword } from './password.ts';

export { APIError };

export type BetterOptions = {
  readonly db: Kysely<Tables>;
  /** Where browsers reach this server: what passkeys are bound to. */
  readonly origin: string;
  /** The newest first. */
  readonly secrets: readonly string[];
  readonly memory: Memory;
  readonly newId: (prefix: string) => string;
};

const PREFIXES: Readonly<Record<string, string>> = { user: 'u_', account: 'ul_', twoFactor: 'uf_', passkey: 'pk_' };

/** Longest wait between the question and the answer of a second step, in seconds. */
const STEP = 600;

export const better = ({ db, origin, secrets, memory, newId }: BetterOptions) => {
  const auth = betterAuth({
    appName: 'Headgate',
    baseURL: origin,
    basePath: '/api/v1/auth/unused',
    secrets: secrets.map((value, i) => ({ version: secrets.length - i, value })),
    database: { db, type: 'sqlite' },
    secondaryStorage: memory,
    logger: { disabled: true },
    telemetry: { enabled: false },
    rateLimit: { enabled: false },
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: 1,
      maxPasswordLength: 256,
      password: { hash: hashPassword, verify: ({ hash, password }) => verifyPassword(hash, password) },
    },
    user: {
      modelName: 'user_account',
      fields: { emailVerified: 'email_verified', createdAt: 'created', updatedAt: 'updated' },
    },
    account: {
      modelName: 'user_login',
      fields: {
        userId: 'user_id',
        providerId: 'provider',
        accountId: 'subject',
        accessToken: 'access_token',
        refreshToken: 'refresh_token',
        idToken: 'id_token',
        accessTokenExpiresAt: 'access_expires',
        refreshTokenExpiresAt: 'refresh_expires',
        createdAt: 'created',
        updatedAt: 'updated',
      },
    },
    session: { expiresIn: STEP, freshAge: STEP },
    advanced: {
      useSecureCookies: false,
      database: { generateId: ({ model }) => newId(PREFIXES[model] ?? ''), validateSchema: false },
      ipAddress: { disableIpTracking: true },
    },
    plugins: [
      twoFactor({
        issuer: 'Headgate',
        twoFactorCookieMaxAge: STEP,
        schema: {
          user: { fields: { twoFactorEnabled: 'two_factor' } },
          twoFactor: {
            modelName: 'user_factor',
            fields: {
              userId: 'user_id',
              backupCodes: 'recovery',
              failedVerificationCount: 'failed',
              lockedUntil: 'locked_until',
            },
          },
        },
      }),
      passkey({
        rpName: 'Headgate',
        rpID: new URL(origin).hostname,
        origin,
        authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
        registration: { afterVerification: ({ verification }) => verifiedUser(verification.registrationInfo) },
        authentication: { afterVerification: ({ verification }) => void verifiedUser(verification.authenticationInfo) },
        schema: {
          passkey: {
            modelName: 'user_passkey',
            fields: {
              userId: 'user_id',
              publicKey: 'public_key',
              credentialID: 'credential',
              deviceType: 'device',
              backedUp: 'backed_up',
              createdAt: 'created',
            },
          },
        },
      }),
    ],
  });
  return { auth, signed: (value: string) => signed(value, secrets[0] ?? '') };
};

export type Better = ReturnType<typeof better>;

/** A passkey stands for both factors, so who holds it must have been asked for (PIN, finger, face). */
const verifiedUser = (info: { readonly userVerified: boolean } | undefined): undefined => {
  if (info?.userVerified !== true) throw new APIError('UNAUTHORIZED', { code: 'USER_NOT_VERIFIED' });
};

/** A value as better-auth signs its cookies. */
const signed = async (value: string, secret: string): Promise<string> =>
  encodeURIComponent(`${value}.${await makeSignature(value, secret)}`);
