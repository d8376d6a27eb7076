/**
 * Credentials at the moment of a call: a secret is opened by its name and filled into the headers of one request, by its
 * kind. Steps, journals and audit records hold the name alone.
 *
 * It judges nothing: the broker did before. It opens no connection: tokens come through the outgoing door (tokens.ts).
 *
 * CD1 A secret goes to its own origins only, and into headers; into the path of an address only where a service knows no
 *     other way, and then as one whole segment or the end of one, which can mean nothing else.
 * CD2 A step sees a value only by the power to read it, which is another one than that to use it.
 * CD3 A header that the step wrote itself gives way to the secret's.
 * CD4 No value is used before the guard hides it.
 */

import {
  type Connection,
  parsePower,
  type Power,
  type Problem,
  problem,
  type Result,
  type Secret,
} from '@headgate/core';
import { WorkspaceLocked } from '../store/vault-seal/own-keys.ts';
import type { Broker } from './broker.ts';
import type { Renewals } from './connections/renew.ts';
import type { Opened } from './connections/shelf.ts';
import type { Live } from './live.ts';
import { isFor, loginOf, type Logs } from './login.ts';
import type { Held, HeldSecret, NamedHeld, SecretSource } from './secret-source.ts';
import type { TokenAsk, Tokens } from './tokens.ts';

const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');

type Header = { readonly name: string; readonly value: string };

const AUTHORIZATION = 'authorization';
const authorization = (value: string): Header => ({ name: AUTHORIZATION, value });

/** What to do when the other side refuses what was filled in. */
export type Filled = {
  readonly refused: () => void;
  /** Puts another token into the same headers; a Problem: there is none. */
  readonly again?: () => Promise<Problem | null>;
};

/** A token for a mail server. */
export type MailToken = {
  readonly token: string;
  /** Another one in the place of this, which the server refused. */
  readonly again: () => Promise<{ readonly problem: Problem } | MailToken>;
};

/** A connection as it was found for a run: of the environment that its row says, which may be all of them. */
const openedOf = ({ workspace, project, name }: TokenAsk, { row }: HeldSecret, held: Connection): Opened => {
  if (row === undefined) throw new Error('a connection that stands in no row');
  const { id, version, environment } = row;
  return { workspace, at: { project, name, environment }, id, version, held };
};

/** The header of a kind that needs no token; null: it goes into no header. */
const headerOf = (held: Exclude<Held, { readonly tokenUrl: string }>): Header | null => {
  switch (held.kind) {
    case 'plain':
      return authorization(/^(bearer|basic|token) /i.test(held.value) ? held.value : `Bearer ${held.value}`);
    case 'api_key':
      return held.header === undefined
        ? authorization(`Bearer ${held.value}`)
        : { name: held.header.toLowerCase(), value: held.value };
    case 'basic':
      return authorization(`Basic ${base64(`${held.user}:${held.password}`)}`);
    case 'bearer':
      return authorization(`Bearer ${held.token}`);
    case 'custom': {
      const { name = 'authorization', template = '{value}' } = held.header ?? {};
      // A function, because `$` means something in a replacement text.
      return { name: name.toLowerCase(), value: template.replace('{value}', () => held.value) };
    }
    case 'database_url':
      return null;
  }
};

/** What the guard hides of a secret, under its name. */
export const secretsOf = ({ workspace, name, held }: NamedHeld): readonly Secret[] =>
  valuesOf(held).map((value) => ({ workspace, name, value }));

/** Texts that the guard hides, whatever form they take. */
export const valuesOf = (held: Held): readonly string[] => {
  switch (held.kind) {
    case 'plain': {
      const after = /^(?:bearer|basic|token) +(.+)$/i.exec(held.value)?.[1];
      return after === undefined ? [held.value] : [held.value, after];
    }
    case 'api_key':
    case 'custom':
      return [held.value];
    case 'basic':
      return [`${held.user}:${held.password}`, held.password === '' ? held.user : held.password];
    case 'bearer':
      return [held.token];
    case 'oauth2_client':
      return [held.clientSecret, `${held.clientId}:${held.clientSecret}`];
    case 'oauth2_refresh':
      return [
        held.refreshToken,
        ...(held.clientSecret === undefined ? [] : [held.clientSecret, `${held.clientId}:${held.clientSecret}`]),
      ];
    case 'connection': {
      const { clientId, clientSecret, access, refresh, past = [] } = held;
      const own = clientSecret === undefined ? [] : [clientSecret, `${clientId}:${clientSecret}`];
      return [...own, ...[access, refresh].filter((one) => one !== undefined), ...past];
    }
    case 'database_url': {
      const { password } = new URL(held.url);
      return password === '' ? [held.url] : [held.url, password, decoded(password)];
    }
  }
};

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

const notFor = (name: string, origin: string): Problem =>
  problem('secret.missing', `There is no secret ${name} that may be sent to ${origin}`, {
    at: { field: 'with.secret' },
    fix: `Store it with this origin: PUT /api/v1/secrets {"name": "${name}", "origins": ["${origin}"], "value": …}`,
  });

/** What an address takes as it is, in the middle of a path: nothing that ends a segment or is written in two ways. */
const IN_PATH = /^[A-Za-z0-9_:-]{1,512}$/;

const notInPath = (name: string): Problem =>
  problem(
    'secret.kind',
    `The secret ${name} cannot be put into a path: it is no single text of letters, digits, _, : and -`,
    {
      at: { field: 'with.secret' },
      fix: 'Store the token as the service gave it, as a secret of the kind api_key or bearer.',
    },
  );

const notInHeader = (name: string, kind: string): Problem =>
  problem('secret.kind', `The secret ${name} is of the kind ${kind}, which is never sent with a request`, {
    at: { field: 'with.secret' },
    fix: 'Name a secret of another kind, such as bearer or api_key.',
  });

const noKey = (name: string, kind: string): Problem =>
  problem('secret.kind', `The secret ${name} is of the kind ${kind}, which is no pair of access key and secret key`, {
    at: { field: 'with.secret' },
    fix: 'Store it as a secret of the kind basic: the id of the access key as user, the secret key as password.',
  });

export class Credentials {
  readonly #sources: readonly SecretSource[];
  readonly #tokens: Tokens;
  readonly #renewals: Pick<Renewals, 'get'> | null;
  readonly #learn: () => Promise<void>;
  readonly #hides: (value: string) => boolean;

  /** `learn` has the guard take up what `values` gives; `hides`: does it hide this value already? `renewals`: absent where no source holds a connection. */
  constructor(
    sources: readonly SecretSource[],
    tokens: Tokens,
    learn: () => Promise<void>,
    hides: (value: string) => boolean,
    renewals: Pick<Renewals, 'get'> | null = null,
  ) {
    this.#sources = sources;
    this.#tokens = tokens;
    this.#renewals = renewals;
    this.#learn = learn;
    this.#hides = hides;
  }

  /** The secret of that name, from the first source that holds it. */
  async read(workspace: string, project: string, name: string, environment: string): Promise<HeldSecret | null> {
    for (const source of this.#sources) {
      if (source.look?.() === true) await this.#learn();
      const found = await source.read(workspace, project, name, environment);
      if (found === null) continue;
      // One that was stored a moment ago: it is used by nobody before the guard knows it.
      if (!valuesOf(found.held).every(this.#hides)) await this.#learn();
      return found;
    }
    return null;
  }

  /** As `read`, for a step: that its workspace is locked is a Problem to it. */
  async #held(ask: TokenAsk): Promise<HeldSecret | null | { readonly problem: Problem }> {
    try {
      return await this.read(ask.workspace, ask.project, ask.name, ask.environment);
    } catch (error) {
      if (error instanceof WorkspaceLocked) return { problem: error.problem };
      throw error;
    }
  }

  /** The token of a connection now; `refused`: one that is none any more. */
  #token(ask: TokenAsk, of: Opened, refused?: string): Promise<Result<string>> {
    if (this.#renewals === null) throw new Error('a connection of a source that is said to hold none');
    return this.#renewals.get(ask, of, refused);
  }

  /** Everything to be hidden: all secrets of all sources, and the tokens they brought. */
  async values(): Promise<readonly (Secret | string)[]> {
    const all = await Promise.all(this.#sources.map((source) => source.all()));
    return [...all.flat().flatMap(secretsOf), ...this.#tokens.values()];
  }

  /**
   * Puts a secret into the headers of a request to `origin`, in place. Answers what to do when the other side refuses it
   * (401): nothing, or to forget a token; and for a connection, how to put another into the same headers. Problems:
   * `secret.missing`, `secret.kind`, `secret.token`, `connection.unconnected`, `connection.reconnect`.
   */
  async fill(
    ask: TokenAsk,
    origin: string,
    headers: Record<string, string>,
  ): Promise<{ readonly problem: Problem } | Filled> {
    const found = await this.#held(ask);
    if (found !== null && 'problem' in found) return found;
    if (found === null || !found.origins.includes(origin)) return { problem: notFor(ask.name, origin) };
    const { held } = found;
    let header: Header | null;
    let refused = (): void => undefined;
    let again: (() => Promise<Problem | null>) | undefined;
    if (held.kind === 'connection') {
      const of = openedOf(ask, found, held);
      const token = await this.#token(ask, of);
      if (!token.ok) return token;
      header = authorization(`Bearer ${token.value}`);
      again = async () => {
        const next = await this.#token(ask, of, token.value);
        if (!next.ok) return next.problem;
        headers[AUTHORIZATION] = `Bearer ${next.value}`;
        return null;
      };
    } else if ('tokenUrl' in held) {
      const token = await this.#tokens.get(ask, found, held);
      if (!token.ok) return token;
      header = authorization(`Bearer ${token.value}`);
      refused = () => this.#tokens.forget(found.id, token.value);
    } else header = headerOf(held);
    if (header === null) return { problem: notInHeader(ask.name, held.kind) };
    for (const name of Object.keys(headers)) if (name.toLowerCase() === header.name) delete headers[name];
    headers[header.name] = header.value;
    return { refused, ...(again === undefined ? {} : { again }) };
  }

  /**
   * The text that stands for a secret in the path of a request to `origin`, for services that take it there alone.
   * Problems: those of `fill`.
   */
  async forPath(ask: TokenAsk, origin: string): Promise<{ readonly problem: Problem } | { readonly text: string }> {
    const found = await this.#held(ask);
    if (found !== null && 'problem' in found) return found;
    if (found === null || !found.origins.includes(origin)) return { problem: notFor(ask.name, origin) };
    const { held } = found;
    const text = 'value' in held ? held.value : held.kind === 'bearer' ? held.token : '';
    return IN_PATH.test(text) ? { text } : { problem: notInPath(ask.name) };
  }

  /**
   * The key that signs calls to `origin`: the id of an access key, and the key. Problems: those of `fill`.
   */
  async forSigning(
    ask: TokenAsk,
    origin: string,
  ): Promise<{ readonly problem: Problem } | { readonly id: string; readonly secret: string }> {
    const found = await this.#held(ask);
    if (found !== null && 'problem' in found) return found;
    if (found === null || !found.origins.includes(origin)) return { problem: notFor(ask.name, origin) };
    const { held } = found;
    return held.kind === 'basic' ? { id: held.user, secret: held.password } : { problem: noKey(ask.name, held.kind) };
  }

  /**
   * How a mail server at `origin` (`smtp://host:port`) is logged in to: a password, or the token of a connection and how to
   * have another one. Problems: those of `fill`.
   */
  async forMail(
    ask: TokenAsk,
    origin: string,
  ): Promise<{ readonly problem: Problem } | { readonly user?: string; readonly password: string } | MailToken> {
    const found = await this.#held(ask);
    if (found !== null && 'problem' in found) return found;
    if (found === null || !found.origins.includes(origin)) return { problem: notFor(ask.name, origin) };
    const { held } = found;
    if (held.kind === 'basic') return { user: held.user, password: held.password };
    if (held.kind === 'plain') return { password: held.value };
    if (held.kind !== 'connection') return { problem: notInHeader(ask.name, held.kind) };
    const of = openedOf(ask, found, held);
    const tokenFor = async (refused?: string): Promise<{ readonly problem: Problem } | MailToken> => {
      const token = await this.#token(ask, of, refused);
      return token.ok ? { token: token.value, again: () => tokenFor(token.value) } : token;
    };
    return tokenFor();
  }

  /**
   * What a step sees that was lent `secret: read NAME for code HASH`, a power of its own that is judged and recorded like
   * every effect (`secret: use NAME for ORIGIN` does not cover it, nor does a grant to other code): one text, or the fields of a kind that has several; of `oauth2_…`
   * the token of now. Problems: `secret.unknown`, `secret.token`, and those of the broker.
   */
  async readFor(
    broker: Broker,
    live: Live,
    step: string,
    narrow: readonly Power[] | undefined,
    { name, code }: { readonly name: string; readonly code: string },
  ): Promise<{ readonly value: unknown } | { readonly problem: Problem }> {
    const power = parsePower(`secret: read ${name} for code ${code}`);
    if (!power.ok) return { problem: power.problem };
    const { workspace, project, flow, environment, principal, id: run } = live.base;
    const ask = { workspace, project, flow, environment, name, principal, run, step };
    const done = await broker.effect(live, step, narrow, [power.value], () => this.#reveal(ask));
    return done.ok ? done.value : { problem: done.problem };
  }

  async #reveal(ask: TokenAsk): Promise<{ readonly value: unknown } | { readonly problem: Problem }> {
    const found = await this.#held(ask);
    if (found !== null && 'problem' in found) return found;
    if (found === null)
      return { problem: problem('secret.unknown', `There is no secret ${ask.name}`, { fix: 'Store it first.' }) };
    const { held } = found;
    if (held.kind === 'connection') {
      const token = await this.#token(ask, openedOf(ask, found, held));
      return token.ok ? { value: token.value } : token;
    }
    if ('tokenUrl' in held) {
      const token = await this.#tokens.get(ask, found, held);
      return token.ok ? { value: token.value } : token;
    }
    switch (held.kind) {
      case 'basic':
        return { value: { user: held.user, password: held.password } };
      case 'bearer':
        return { value: held.token };
      case 'database_url':
        return { value: held.url };
      case 'plain':
      case 'api_key':
      case 'custom':
        return { value: held.value };
    }
  }

  /**
   * User and password for a database or broker at `origin`, and what names this version of them. Problems: those of `fill`.
   */
  async login(
    ask: TokenAsk,
    origin: string,
    user: string,
  ): Promise<{ readonly problem: Problem } | { readonly login: Logs; readonly version: string }> {
    const found = await this.#held(ask);
    if (found !== null && 'problem' in found) return found;
    if (found === null || !isFor(found, origin)) return { problem: notFor(ask.name, origin) };
    const login = loginOf(found, ask.name, user);
    return login.ok ? { login: login.value, version: `${found.id} ${found.version}` } : { problem: login.problem };
  }

  /**
   * The same text, to be told to the service at `origin` that signs by it, and what names this version of it. Problems: those
   * of `fill`.
   */
  async shared(
    ask: TokenAsk,
    origin: string,
  ): Promise<{ readonly problem: Problem } | { readonly value: string; readonly version: string }> {
    const found = await this.#held(ask);
    if (found !== null && 'problem' in found) return found;
    if (found === null || !found.origins.includes(origin)) return { problem: notFor(ask.name, origin) };
    const { held, id, version } = found;
    return 'value' in held
      ? { value: held.value, version: `${id} ${version}` }
      : { problem: notInHeader(ask.name, held.kind) };
  }

  /** The one text of a secret with which signatures are checked; null when there is none. */
  async signing(workspace: string, project: string, name: string, environment: string): Promise<string | null> {
    const held = (await this.read(workspace, project, name, environment))?.held;
    return held !== undefined && 'value' in held ? held.value : null;
  }
}
