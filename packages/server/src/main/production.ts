/**
 * `headgate doctor --production`: what an instance that others reach should be like, each with what to do. It asks the
 * public address for its health, as anybody would, and changes nothing.
 *
 * PD1 What cannot be seen from here (a firewall, a proxy's own settings) is not called well.
 */

import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isLoopback, type Settings } from './config.ts';
import { type Finding, look, ok, wrong } from './finding.ts';
import { lastBackup } from './last-backup.ts';
import { askEdge, type Edge } from './edge.ts';

const DAY = 86_400_000;
/** Ends of support of the lines of Node that this release runs on (the project's published schedule). */
const NODE_ENDS: Readonly<Record<number, number>> = { 24: Date.UTC(2028, 3, 30), 26: Date.UTC(2029, 3, 30) };
/** A backup older than this is told of. */
const FRESH = 2 * DAY;

const supported = (now: number): Finding => {
  const what = 'version';
  const major = Number(process.versions.node.split('.')[0]);
  const ends = NODE_ENDS[major];
  const fix = 'Take a release of Headgate that brings a supported Node.';
  if (ends === undefined) return look(what, `Node ${process.version} is no line this release was tried on`, fix);
  const until = new Date(ends).toISOString().slice(0, 10);
  if (now >= ends) return wrong(what, `Node ${process.version} has had no security fixes since ${until}`, fix);
  return ok(what, `Node ${process.version} gets security fixes until ${until}`);
};

const edge = (s: Settings, seen: Edge | null): Finding => {
  const what = 'TLS';
  if (!s.publicUrl.startsWith('https:'))
    return wrong(
      what,
      `the public address is ${s.publicUrl}: what people send can be read on the way`,
      'Put a proxy with TLS before it (deploy/nginx), and set HEADGATE_PUBLIC_URL to its https address.',
    );
  if (seen === null) return look(what, 'not asked', 'Run it where the public address can be reached.');
  if ('fault' in seen)
    return wrong(
      what,
      `${s.publicUrl}/health gave no good answer (${seen.fault})`,
      'See to the certificate, the name and the proxy; this machine must reach its own public address for this look.',
    );
  const days = Math.floor(seen.days);
  if (days < 14)
    return look(what, `the certificate ends in ${days} days`, 'Renew it, and see that renewal runs by itself.');
  if (!seen.hsts)
    return look(what, 'answers lose their strict-transport-security header', 'Let the proxy hand it on as it came.');
  return ok(
    what,
    `${seen.protocol}, the certificate holds for ${days} more days, and browsers are told to come by TLS alone`,
  );
};

const bind = (s: Settings): Finding => {
  const what = 'listening';
  if (isLoopback(s.host)) return ok(what, `${s.host}:${s.port}: nobody but a proxy on this machine reaches it`);
  return look(
    what,
    `${s.host}:${s.port}: reached past the proxy, without TLS`,
    'Listen on 127.0.0.1, or on a network that holds the proxy alone.',
  );
};

const proxies = (s: Settings): Finding => {
  const what = 'proxies';
  if (s.proxies.length > 0) return ok(what, `believed on where calls come from: ${s.proxies.join(', ')}`);
  return look(
    what,
    'none named: limits by address and the audit trail see the proxy in place of the caller',
    'Set HEADGATE_TRUSTED_PROXIES to the address of the proxy, e.g. 127.0.0.1.',
  );
};

/** The database is a file, so what exposes it is who may read the file. */
const exposed = (s: Settings): Finding => {
  const what = 'database';
  const open = (existsSync(s.dir) ? readdirSync(s.dir) : []).filter(
    (name) => ((statSync(join(s.dir, name), { throwIfNoEntry: false })?.mode ?? 0) & 0o077) !== 0,
  );
  // Of the folder alone it is told elsewhere; what is in it is out of reach then.
  const shut = ((statSync(s.dir, { throwIfNoEntry: false })?.mode ?? 0) & 0o077) === 0;
  if (shut || open.length === 0)
    return ok(what, 'a file for its owner alone; it and its cache are in this process and listen nowhere');
  return wrong(what, `others on this machine may read ${open.slice(0, 3).join(', ')}`, `chmod -R go= ${s.dir}`);
};

/** The nearest folder above that is a checkout, or null. */
const checkoutOf = (path: string): string | null => {
  for (let at = dirname(path); ; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return at;
    if (dirname(at) === at) return null;
  }
};

const keyFile = (s: Settings): Finding => {
  const what = 'key file';
  const checkout = checkoutOf(s.keyFile);
  const fix = 'Move it, and name it in HEADGATE_SECRET_KEY_FILE.';
  if (checkout !== null) return wrong(what, `${s.keyFile} lies in a checkout (${checkout})`, fix);
  if (s.keyFile.startsWith(`${s.dir}/`)) return wrong(what, `${s.keyFile} lies in the folder that backups copy`, fix);
  const copied = lastBackup(s.dir)?.to;
  if (copied !== undefined && s.keyFile.startsWith(`${copied}/`))
    return wrong(what, `${s.keyFile} lies in the last backup`, fix);
  return ok(what, `${s.keyFile} lies outside checkout, data and backups`);
};

const superuser = (s: Settings): Finding =>
  s.superuserCli
    ? wrong(
        'superuser',
        'whoever may run commands here can make keys that hold everything',
        'Unset HEADGATE_ENABLE_SUPERUSER_CLI once you have your key.',
      )
    : ok('superuser', 'the command is off');

const backup = (s: Settings, now: number): Finding => {
  const what = 'backup';
  const fix = 'Let `headgate backup DIR` run every day, and keep the key apart from it.';
  const last = lastBackup(s.dir);
  if (last === null) return wrong(what, 'none was made yet', fix);
  const age = Math.round((now - last.at) / 3_600_000);
  if (now - last.at > FRESH) return look(what, `the last one is ${Math.floor(age / 24)} days old (${last.to})`, fix);
  return ok(what, `${age} hours old (${last.to})`);
};

const pages = (s: Settings): readonly Finding[] => [
  s.docs
    ? look('docs', 'the API reference is served to anybody', 'Set HEADGATE_DOCS=false unless you mean it.')
    : ok('docs', 'not served'),
  s.web
    ? look('web', 'pages for people are served', 'Set HEADGATE_WEB=false (--no-web) where only programs come.')
    : ok('web', 'not served'),
];

const openings = (s: Settings): Finding =>
  s.egressAllow.trim() === ''
    ? ok('egress', 'no private address is open to flows')
    : look('egress', `open to flows that are lent them: ${s.egressAllow}`, 'Keep those that are in use.');

/** All of it, with what the public address says of itself. */
export const productionFindings = async (s: Settings, now: number): Promise<readonly Finding[]> => {
  const seen = s.publicUrl.startsWith('https:') ? await askEdge(s.publicUrl) : null;
  return [
    supported(now),
    edge(s, seen),
    bind(s),
    proxies(s),
    exposed(s),
    keyFile(s),
    superuser(s),
    backup(s, now),
    ...pages(s),
    openings(s),
  ].map((finding) => ({ ...finding, what: `production: ${finding.what}` }));
};
