/**
 * Settings: from `HEADGATE_*` variables, else from `config.json` in the config directory, else the default. The one
 * place that reads the environment.
 *
 * G1 A setting that is not understood stops the start: a misspelt protection must not pass for a protection.
 * G2 No setting turns a protection into a warning.
 */

import { existsSync } from 'node:fs';
import { isIP } from 'node:net';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { bad, good, problem, type Problem, type Result } from '@headgate/core';
import type { MailServer } from '../egress/mail/port.ts';
import type { SignUpPolicy } from '../gateway/accounts/policy.ts';
import type { FolderSetting } from '../store/folders/folders.ts';
import { LIBRARIES } from '../sandbox/libraries.ts';
import { type DiskFloor, readDiskFloor } from './disk-floor.ts';
import { readRegular } from './regular-file.ts';
import { foldersOrProblem } from './config-folders.ts';
import { type ProviderSettings, readMail, readProvider, readSignUp } from './config-accounts.ts';

export type Settings = {
  /** Address to listen on. */
  readonly host: string;
  readonly port: number;
  /** Where people and services reach this server; links are made of it. No trailing slash. */
  readonly publicUrl: string;
  readonly publicUrlGiven: boolean;
  /** Addresses and networks whose word on where a call comes from is believed. */
  readonly proxies: readonly string[];
  /** Origins of web apps that are served elsewhere and may call this server, with a token. */
  readonly webOrigins: readonly string[];
  /** Is the Model Context Protocol of 2025-11-25 spoken, too? */
  readonly mcpLegacy: boolean;
  /** All state. */
  readonly dir: string;
  /** The instance key; outside `dir`, so that a backup does not hold both. */
  readonly keyFile: string;
  /** A file of secrets that goes before the store; outside `dir` as well. */
  readonly secretsFile: string | null;
  /** The folder of the key files of workspaces with a key of their own; outside `dir` as well. */
  readonly workspaceKeys: string | null;
  readonly web: boolean;
  readonly docs: boolean;
  readonly superuserCli: boolean;
  /** Is everybody who signs in asked for two factors? */
  readonly twoFactors: boolean;
  /** In which money is counted: an ISO 4217 code. */
  readonly currency: string;
  /** What a server admin opened of the private network, as text. */
  readonly egressAllow: string;
  /** Folders of the disk that a server admin opened to flows. */
  readonly folders: readonly FolderSetting[];
  /** Libraries that code may import. */
  readonly libraries: readonly string[];
  /** An OTLP/HTTP endpoint for traces; none by default. */
  readonly otlp: string | null;
  /** How long, in days, and how many of one flow finished runs are kept. */
  readonly keep: { readonly days: number; readonly runs: number };
  /** What reading or writing one file of a format (an archive, a PDF, …) may take of the processor and of memory. */
  readonly formats: { readonly seconds: number; readonly memoryMb: number };
  /** How much of the disk stays free for runs under way. */
  readonly diskFloor: DiskFloor;
  /** Who may make an account. */
  readonly signUp: SignUpPolicy;
  /** The mail server, and whom mails are from; null: no mail is sent. */
  readonly mail: MailServer | null;
  /** Flows may be lent that mail server. */
  readonly mailFlows: boolean;
  /** The provider of single sign-on; null: there is none. */
  readonly sso: ProviderSettings | null;
  /** How long, in days, an API key lasts when its maker names no time, and the longest that he may name. */
  readonly keys: { readonly days: number; readonly most: number };
  /** Requests a minute; 0: no limit. */
  readonly rates: { readonly user: number; readonly workspace: number; readonly network: number };
};

export type Environment = Readonly<Record<string, string | undefined>>;

const NAMES = [
  'HEADGATE_HOST',
  'HEADGATE_PORT',
  'HEADGATE_PUBLIC_URL',
  'HEADGATE_TRUSTED_PROXIES',
  'HEADGATE_TWO_FACTORS',
  'HEADGATE_CURRENCY',
  'HEADGATE_WEB_ORIGINS',
  'HEADGATE_MCP_LEGACY',
  'HEADGATE_CONFIG_DIR',
  'HEADGATE_SECRET_KEY_FILE',
  'HEADGATE_SECRETS_FILE',
  'HEADGATE_WORKSPACE_KEYS_DIR',
  'HEADGATE_DATABASE_URL',
  'HEADGATE_WEB',
  'HEADGATE_DOCS',
  'HEADGATE_ENABLE_SUPERUSER_CLI',
  'HEADGATE_EGRESS_ALLOW',
  'HEADGATE_FOLDERS',
  'HEADGATE_CODE_LIBRARIES',
  'HEADGATE_OTLP_URL',
  'HEADGATE_KEEP_DAYS',
  'HEADGATE_KEEP_RUNS',
  'HEADGATE_FORMAT_SECONDS',
  'HEADGATE_FORMAT_MEMORY',
  'HEADGATE_DISK_FLOOR',
  'HEADGATE_SIGN_UP',
  'HEADGATE_MAIL_URL',
  'HEADGATE_MAIL_FROM',
  'HEADGATE_MAIL_FLOWS',
  'HEADGATE_SSO_ISSUER',
  'HEADGATE_SSO_CLIENT_ID',
  'HEADGATE_SSO_SECRET_FILE',
  'HEADGATE_SSO_TITLE',
  'HEADGATE_KEY_DAYS',
  'HEADGATE_KEY_MAX_DAYS',
  'HEADGATE_RATE_USER',
  'HEADGATE_RATE_WORKSPACE',
  'HEADGATE_RATE_NETWORK',
] as const;
type Name = (typeof NAMES)[number];

/** What the command line overrides, by variable name. */
export type Overrides = Partial<Record<Name, string>>;

/** The process's own environment: handed on from here, read nowhere else. */
export const environment = (): Environment => process.env;

/** Works out all settings, or every problem with them. */
export const readSettings = (
  env: Environment,
  overrides: Overrides = {},
): { settings: Settings } | { problems: Problem[] } => {
  const problems: Problem[] = [];
  for (const name of Object.keys(env)) {
    if (name.startsWith('HEADGATE_') && !NAMES.some((n) => n === name)) {
      problems.push(
        problem('config.unknown', `There is no setting ${name}`, {
          at: { field: name },
          fix: `Settings: ${NAMES.join(', ')}`,
        }),
      );
    }
  }
  const dir = resolve(overrides.HEADGATE_CONFIG_DIR || env['HEADGATE_CONFIG_DIR'] || join(homedir(), '.headgate'));
  const file = fromFile(join(dir, 'config.json'));
  if (!file.ok) problems.push(file.problem);
  const known = file.ok ? file.value : {};
  // An empty text is no setting: an empty host would listen on every address.
  const read = (name: Name): string | undefined =>
    [overrides[name], env[name], known[name]].find((text) => text !== undefined && text !== '');
  const flag = (name: Name, byDefault: boolean): boolean => {
    const text = read(name);
    if (text === undefined) return byDefault;
    if (text === 'true' || text === '1') return true;
    if (text === 'false' || text === '0') return false;
    problems.push(problem('config.flag', `${name} must be true or false`, { at: { field: name } }));
    return byDefault;
  };

  const whole = (name: Name, byDefault: number, most: number, least = 1): number => {
    const text = read(name) ?? String(byDefault);
    if (/^\d{1,10}$/.test(text) && Number(text) >= least && Number(text) <= most) return Number(text);
    const fix = `The default is ${byDefault}.`;
    const wanted = `${name} must be a whole number from ${least} to ${most}`;
    problems.push(problem('config.number', wanted, { at: { field: name }, fix }));
    return byDefault;
  };

  const port = read('HEADGATE_PORT') ?? '7860';
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535)
    problems.push(
      problem('config.port', `HEADGATE_PORT must be a port number from 0 to 65535; it is ${port}`, {
        at: { field: 'HEADGATE_PORT' },
      }),
    );
  const publicUrlGiven = read('HEADGATE_PUBLIC_URL');
  const publicUrl = (publicUrlGiven ?? `http://localhost:${port}`).replace(/\/+$/, '');
  if (publicUrlGiven !== undefined && !isOrigin(publicUrl))
    problems.push(
      problem(
        'config.public_url',
        'HEADGATE_PUBLIC_URL must be an http or https address without path, e.g. https://flows.example.com',
        { at: { field: 'HEADGATE_PUBLIC_URL' } },
      ),
    );
  const proxies = (read('HEADGATE_TRUSTED_PROXIES') ?? '').split(/[\s,]+/).filter((one) => one !== '');
  const stranger = proxies.find((one) => !isNetwork(one));
  if (stranger !== undefined) {
    const text = `HEADGATE_TRUSTED_PROXIES names ${JSON.stringify(stranger.slice(0, 60))}, which is no address and no network`;
    const fix = 'List addresses and networks, e.g. 127.0.0.1, 10.0.0.0/24. A network that holds everybody is refused.';
    problems.push(problem('config.proxies', text, { at: { field: 'HEADGATE_TRUSTED_PROXIES' }, fix }));
  }
  const webOrigins = (read('HEADGATE_WEB_ORIGINS') ?? '').split(/[\s,]+/).filter((one) => one !== '');
  const noOrigin = webOrigins.find((one) => !isWebOrigin(one));
  if (noOrigin !== undefined) {
    const text = `HEADGATE_WEB_ORIGINS names ${JSON.stringify(noOrigin.slice(0, 60))}, which is no origin of a web app`;
    const fix =
      'List origins with https, e.g. https://app.example.com; http only on this machine. There is no pattern.';
    problems.push(problem('config.web_origins', text, { at: { field: 'HEADGATE_WEB_ORIGINS' }, fix }));
  }
  const database = read('HEADGATE_DATABASE_URL');
  if (database !== undefined) {
    const text = 'This version keeps its data in one SQLite file in HEADGATE_CONFIG_DIR, and in no other database';
    problems.push(
      problem('config.database', text, {
        at: { field: 'HEADGATE_DATABASE_URL' },
        fix: 'Leave HEADGATE_DATABASE_URL unset.',
      }),
    );
  }
  const named = read('HEADGATE_CODE_LIBRARIES');
  const libraries =
    named === undefined ? LIBRARIES : named === 'none' ? [] : named.split(/[\s,]+/).filter((n) => n !== '');
  const strange = libraries.find((name) => !LIBRARIES.some((known) => known === name));
  if (strange !== undefined) {
    const text = `HEADGATE_CODE_LIBRARIES names ${JSON.stringify(strange.slice(0, 60))}, which is not a library of this server`;
    const fix = `Choose of ${LIBRARIES.join(', ')}, or write none.`;
    problems.push(problem('config.libraries', text, { at: { field: 'HEADGATE_CODE_LIBRARIES' }, fix }));
  }
  const host = read('HEADGATE_HOST') ?? '127.0.0.1';
  const loopback = isLoopback(host);
  const otlp = read('HEADGATE_OTLP_URL');
  if (otlp !== undefined && !isTarget(otlp)) {
    problems.push(
      problem('config.otlp', 'HEADGATE_OTLP_URL must be an http or https address, e.g. http://127.0.0.1:4318', {
        at: { field: 'HEADGATE_OTLP_URL' },
      }),
    );
  }
  const secretsGiven = read('HEADGATE_SECRETS_FILE');
  const secretsFile = secretsGiven === undefined ? null : resolve(secretsGiven);
  if (secretsFile?.startsWith(`${dir}/`) === true) {
    const text = 'HEADGATE_SECRETS_FILE must lie outside HEADGATE_CONFIG_DIR, so that no copy of that folder holds it';
    problems.push(problem('config.secrets_file', text, { at: { field: 'HEADGATE_SECRETS_FILE' } }));
  }
  const ownGiven = read('HEADGATE_WORKSPACE_KEYS_DIR');
  const workspaceKeys = ownGiven === undefined ? null : resolve(ownGiven);
  if (workspaceKeys !== null && `${workspaceKeys}/`.startsWith(`${dir}/`)) {
    const text =
      'HEADGATE_WORKSPACE_KEYS_DIR must lie outside HEADGATE_CONFIG_DIR, so that no copy of that folder holds the keys';
    problems.push(problem('config.workspace_keys', text, { at: { field: 'HEADGATE_WORKSPACE_KEYS_DIR' } }));
  }
  const web = flag('HEADGATE_WEB', loopback);
  const docs = flag('HEADGATE_DOCS', loopback);
  const twoFactors = flag('HEADGATE_TWO_FACTORS', false);
  const currency = read('HEADGATE_CURRENCY') ?? 'USD';
  if (!/^[A-Z]{3}$/.test(currency))
    problems.push(
      problem('config.currency', 'expected the code of a currency (ISO 4217)', {
        at: { field: 'HEADGATE_CURRENCY' },
        fix: 'Write USD or EUR, for instance. Nothing is converted: it says what the amounts already are in.',
      }),
    );
  const superuserCli = flag('HEADGATE_ENABLE_SUPERUSER_CLI', false);
  const keep = { days: whole('HEADGATE_KEEP_DAYS', 30, 36_500), runs: whole('HEADGATE_KEEP_RUNS', 100_000, 1e9) };
  const formats = {
    seconds: whole('HEADGATE_FORMAT_SECONDS', 30, 3_600),
    memoryMb: whole('HEADGATE_FORMAT_MEMORY', 512, 4_096, 64),
  };
  const mail = readMail(read('HEADGATE_MAIL_URL'), read('HEADGATE_MAIL_FROM'));
  if (!mail.ok) problems.push(mail.problem);
  const mailFlows = flag('HEADGATE_MAIL_FLOWS', false);
  const signUp = readSignUp(read('HEADGATE_SIGN_UP'), mail.ok && mail.value !== null);
  if (!signUp.ok) problems.push(signUp.problem);
  const sso = readProvider({
    issuer: read('HEADGATE_SSO_ISSUER'),
    clientId: read('HEADGATE_SSO_CLIENT_ID'),
    secretFile: read('HEADGATE_SSO_SECRET_FILE'),
    title: read('HEADGATE_SSO_TITLE'),
  });
  if (!sso.ok) problems.push(sso.problem);
  const diskFloor = readDiskFloor(read('HEADGATE_DISK_FLOOR'));
  if (!diskFloor.ok) problems.push(diskFloor.problem);
  if (problems.length > 0 || !mail.ok || !signUp.ok || !sso.ok || !diskFloor.ok) return { problems };
  const keys = { days: whole('HEADGATE_KEY_DAYS', 90, 36_500), most: whole('HEADGATE_KEY_MAX_DAYS', 365, 36_500) };
  const rates = {
    user: whole('HEADGATE_RATE_USER', 6_000, 1e9, 0),
    workspace: whole('HEADGATE_RATE_WORKSPACE', 60_000, 1e9, 0),
    network: whole('HEADGATE_RATE_NETWORK', 6_000, 1e9, 0),
  };
  const keyFile = resolve(read('HEADGATE_SECRET_KEY_FILE') ?? join(homedir(), '.headgate-key'));
  const own = [dir, keyFile, secretsFile, workspaceKeys];
  const folders = foldersOrProblem(read('HEADGATE_FOLDERS'), own, problems);
  if (problems.length > 0) return { problems };
  return {
    settings: {
      host,
      port: Number(port),
      publicUrl,
      publicUrlGiven: publicUrlGiven !== undefined,
      proxies,
      webOrigins,
      mcpLegacy: flag('HEADGATE_MCP_LEGACY', true),
      dir,
      keyFile,
      secretsFile,
      workspaceKeys,
      web,
      docs,
      superuserCli,
      twoFactors,
      currency,
      egressAllow: read('HEADGATE_EGRESS_ALLOW') ?? '',
      folders,
      libraries,
      otlp: otlp ?? null,
      keep,
      formats,
      diskFloor: diskFloor.value,
      signUp: signUp.value,
      mail: mail.value,
      mailFlows,
      sso: sso.value,
      keys,
      rates,
    },
  };
};

export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);

const isOrigin = (text: string): boolean => {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return (
    (url.protocol === 'http:' || url.protocol === 'https:') &&
    url.pathname === '/' &&
    url.search === '' &&
    url.hash === '' &&
    url.username === ''
  );
};

/** An origin as browsers write it; without TLS on this machine alone. */
const isWebOrigin = (text: string): boolean => {
  if (!isOrigin(text)) return false;
  const { origin, protocol, hostname } = new URL(text);
  return (
    text === origin &&
    !hostname.includes('*') &&
    (protocol === 'https:' || hostname === 'localhost' || isLoopback(hostname))
  );
};

/** An address, or a network in CIDR that is not the whole world: who is believed must be somebody. */
const isNetwork = (text: string): boolean => {
  const [address = '', bits, more] = text.split('/');
  const family = isIP(address);
  if (family === 0 || more !== undefined) return false;
  if (bits === undefined) return true;
  return /^\d{1,3}$/.test(bits) && Number(bits) >= 8 && Number(bits) <= (family === 4 ? 32 : 128);
};

const isTarget = (text: string): boolean =>
  URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) && new URL(text).username === '';

const MOST_CONFIG = 1024 * 1024;

const fromFile = (path: string): Result<Overrides> => {
  if (!existsSync(path)) return good({});
  const refuse = (text: string): Result<Overrides> =>
    bad(problem('config.file', `${path}: ${text}`, { fix: 'It is one JSON object of HEADGATE_… names and texts.' }));
  let value: unknown;
  try {
    const bytes = readRegular(path, MOST_CONFIG);
    if (!bytes.ok) return refuse('is no regular file of at most 1 MB that can be read');
    value = JSON.parse(bytes.value.toString('utf8'));
  } catch {
    return refuse('is not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return refuse('is not a JSON object');
  const found: Overrides = {};
  for (const [name, setting] of Object.entries(value)) {
    const known = NAMES.find((n) => n === name);
    if (known === undefined || known === 'HEADGATE_CONFIG_DIR') return refuse(`there is no setting ${name} in a file`);
    if (!['string', 'number', 'boolean'].includes(typeof setting))
      return refuse(`${name} must be a text, a number, true or false`);
    found[known] = String(setting);
  }
  return good(found);
};
