/**
 * Signatures of webhooks: an HMAC over the raw bytes as they came, a time window, and an id to remember against replays.
 *
 * W1 Nothing is parsed before the signature holds (row WH-03): the bytes are what was signed.
 * W2 Comparison takes the same time wherever two signatures differ.
 *
 * Schemes: `headgate` (x-headgate-signature: t=<seconds>,v1=<hex> over `t.body`), `github` (x-hub-signature-256),
 * `stripe` (stripe-signature), `slack` (x-slack-signature, x-slack-request-timestamp), `standard-webhooks`
 * (webhook-id, webhook-timestamp, webhook-signature; secret `whsec_` + base64). Sources: the senders' documentation and
 * the Standard Webhooks specification.
 */

import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { type HookRequest, type HookTrigger, pointedAt, readJson } from '@headgate/core';

export type Preset = 'headgate' | 'github' | 'stripe' | 'slack' | 'standard-webhooks';

/** A preset, or what the manifest of a service says. */
export type Scheme = Preset | NonNullable<HookTrigger['signature']>;

/** Seconds a signed time may lie off ours. */
export const WINDOW = 300;

export type Verdict =
  | { readonly ok: true; readonly delivery: string }
  | { readonly ok: false; readonly reason: 'missing' | 'wrong' | 'old' };

const one = (request: HookRequest, name: string): string | null => {
  const value = request.headers[name];
  return typeof value === 'string' ? value : null;
};

const same = (a: Buffer, b: Buffer): boolean => a.length === b.length && timingSafeEqual(a, b);

const hmac = (secret: string | Buffer, ...parts: (string | Uint8Array)[]): Buffer => {
  const mac = createHmac('sha256', secret);
  for (const part of parts) mac.update(part);
  return mac.digest();
};

/** Judges one request; `delivery` identifies it for the replay memory. `now` in milliseconds. */
export const verify = (scheme: Scheme, secret: string, request: HookRequest, now: number): Verdict =>
  typeof scheme === 'string' ? byPreset(scheme, secret, request, now) : byManifest(scheme, secret, request, now);

const byManifest = (scheme: Exclude<Scheme, Preset>, secret: string, request: HookRequest, now: number): Verdict => {
  const given = one(request, scheme.header.toLowerCase());
  if (given === null) return { ok: false, reason: 'missing' };
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  if (scheme.kind === 'token')
    return same(digest(given), digest(secret))
      ? { ok: true, delivery: createHash('sha256').update(request.raw).digest('base64url') }
      : { ok: false, reason: 'wrong' };
  const mac = hmac(secret, request.raw);
  const { prefix = '', encoding, time } = scheme;
  const signed = given.startsWith(prefix) ? Buffer.from(given.slice(prefix.length), encoding) : Buffer.alloc(0);
  if (!same(signed, mac)) return { ok: false, reason: 'wrong' };
  const delivery = mac.toString('base64url');
  if (time === undefined) return { ok: true, delivery };
  // Signed by now, so it may be read.
  const read = readJson(Buffer.from(request.raw).toString('utf8'));
  const at = read.ok ? pointedAt(read.value, time) : undefined;
  return typeof at === 'number' && Math.abs(now - at) <= WINDOW * 1000
    ? { ok: true, delivery }
    : { ok: false, reason: 'old' };
};

const byPreset = (preset: Preset, secret: string, request: HookRequest, now: number): Verdict => {
  const fresh = (seconds: string): boolean =>
    /^\d{1,12}$/.test(seconds) && Math.abs(now / 1000 - Number(seconds)) <= WINDOW;
  switch (preset) {
    case 'github': {
      const given = one(request, 'x-hub-signature-256');
      if (given === null) return { ok: false, reason: 'missing' };
      const mac = hmac(secret, request.raw);
      if (!same(fromHex(given, 'sha256='), mac)) return { ok: false, reason: 'wrong' };
      // GitHub signs no time: the signed bytes themselves are remembered.
      return { ok: true, delivery: mac.toString('base64url') };
    }
    case 'headgate':
    case 'stripe': {
      const given = one(request, preset === 'stripe' ? 'stripe-signature' : 'x-headgate-signature');
      if (given === null) return { ok: false, reason: 'missing' };
      const fields = given.split(',').map((f) => f.trim().split('=', 2));
      const time = fields.find(([k]) => k === 't')?.[1] ?? '';
      const mac = hmac(secret, `${time}.`, request.raw);
      const matches = fields.filter(([k]) => k === 'v1').some(([, v]) => same(fromHex(v ?? '', ''), mac));
      if (!matches) return { ok: false, reason: 'wrong' };
      return fresh(time) ? { ok: true, delivery: mac.toString('base64url') } : { ok: false, reason: 'old' };
    }
    case 'slack': {
      const given = one(request, 'x-slack-signature');
      const time = one(request, 'x-slack-request-timestamp');
      if (given === null || time === null) return { ok: false, reason: 'missing' };
      const mac = hmac(secret, `v0:${time}:`, request.raw);
      if (!same(fromHex(given, 'v0='), mac)) return { ok: false, reason: 'wrong' };
      return fresh(time) ? { ok: true, delivery: mac.toString('base64url') } : { ok: false, reason: 'old' };
    }
    case 'standard-webhooks': {
      const id = one(request, 'webhook-id');
      const time = one(request, 'webhook-timestamp');
      const given = one(request, 'webhook-signature');
      if (id === null || time === null || given === null) return { ok: false, reason: 'missing' };
      const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : Buffer.from(secret);
      const mac = hmac(key, `${id}.${time}.`, request.raw);
      const matches = given.split(' ').some((s) => s.startsWith('v1,') && same(Buffer.from(s.slice(3), 'base64'), mac));
      if (!matches) return { ok: false, reason: 'wrong' };
      return fresh(time)
        ? { ok: true, delivery: createHash('sha256').update(id).digest('base64url') }
        : { ok: false, reason: 'old' };
    }
  }
};

const fromHex = (text: string, prefix: string): Buffer =>
  text.startsWith(prefix) ? Buffer.from(text.slice(prefix.length), 'hex') : Buffer.alloc(0);
