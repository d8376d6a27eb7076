/**
 * Real servers for tests: PostgreSQL, MariaDB, Redis and Mosquitto as Debian ships them, each a child of the test on a free
 * port of 127.0.0.1, with its data in a temporary folder, and ended by its id. Those that refuse root run as the user that
 * their package made.
 */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type TestServer = {
  readonly port: number;
  readonly dir: string;
  readonly pid: number;
  readonly stop: () => Promise<void>;
};

export type Certificate = {
  readonly key: string;
  readonly cert: string;
  readonly keyFile: string;
  readonly certFile: string;
};

export const freePort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
};

/** The user of a package where this is root; null: whoever runs the tests. */
const userOf = (name: string): { readonly uid: number; readonly gid: number } | null => {
  if (process.getuid?.() !== 0) return null;
  const of = (flag: string): number => Number(execFileSync('id', [flag, name], { encoding: 'utf8' }).trim());
  return { uid: of('-u'), gid: of('-g') };
};

type User = ReturnType<typeof userOf>;

const folderFor = (name: string, user: User): string => {
  const dir = mkdtempSync(join(tmpdir(), `headgate-${name}-`));
  if (user !== null) chownSync(dir, user.uid, user.gid);
  chmodSync(dir, 0o700);
  return dir;
};

/** A certificate for localhost that is valid for two days; in `dir`, readable by `user`. */
export const certificateIn = (dir: string, user: User = null): Certificate => {
  const [keyFile, certFile] = [join(dir, 'key.pem'), join(dir, 'cert.pem')];
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
      ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-keyout', keyFile, '-out', certFile],
    ],
    { stdio: 'ignore' },
  );
  chmodSync(keyFile, 0o600);
  if (user !== null) for (const file of [keyFile, certFile]) chownSync(file, user.uid, user.gid);
  return { keyFile, certFile, key: readFileSync(keyFile, 'utf8'), cert: readFileSync(certFile, 'utf8') };
};

const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => (socket.destroy(), resolve(true)));
    socket.once('error', () => resolve(false));
  });

type Command = { readonly file: string; readonly args: readonly string[]; readonly user: User; readonly dir: string };

/** Starts it, and waits until `ready` says yes; what it said is told when it ends instead. */
const started = async (
  { file, args, user, dir }: Command,
  port: number,
  ready: () => Promise<boolean> | boolean,
): Promise<TestServer> => {
  const child: ChildProcess = spawn(file, [...args], {
    cwd: dir,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...user,
    env: { PATH: process.env['PATH'] ?? '', LANG: 'C.UTF-8', HOME: dir },
  });
  let said = '';
  for (const pipe of [child.stdout, child.stderr])
    pipe?.on('data', (part: Buffer) => {
      said = (said + part.toString('utf8')).slice(-4_000);
    });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await ended;
    rmSync(dir, { recursive: true, force: true });
  };
  for (let tries = 0; tries < 600; tries += 1) {
    if (child.exitCode !== null || child.signalCode !== null) {
      rmSync(dir, { recursive: true, force: true });
      throw new Error(`${file} did not come up: ${said}`);
    }
    if ((await listens(port)) && (await ready())) return { port, dir, pid: child.pid ?? 0, stop };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await stop();
  throw new Error(`${file} does not answer: ${said}`);
};

const asUser = (user: User, file: string, args: readonly string[], more: { input?: string } = {}): string =>
  execFileSync(file, [...args], {
    ...user,
    ...more,
    cwd: '/',
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'] ?? '', LANG: 'C.UTF-8' },
  });

/** Where the newest PostgreSQL that is installed keeps its programs. */
const postgresBin = (): string => {
  const root = '/usr/lib/postgresql';
  const [newest] = readdirSync(root).toSorted((a, b) => Number(b) - Number(a));
  return `${root}/${newest ?? ''}/bin`;
};

/**
 * PostgreSQL with the superuser `headgate` (password `pass-canary`), the database `postgres`, and TLS when a certificate is
 * asked for. `psql` runs statements as that superuser.
 */
export const postgresServer = async (
  o: { readonly tls?: boolean } = {},
): Promise<TestServer & { readonly ca: string; readonly psql: (sql: string) => string }> => {
  const user = userOf('postgres');
  const dir = folderFor('postgres', user);
  const bin = postgresBin();
  const password = join(dir, 'password');
  writeFileSync(password, 'pass-canary\n');
  if (user !== null) chownSync(password, user.uid, user.gid);
  const data = join(dir, 'data');
  asUser(user, `${bin}/initdb`, [
    ...['-D', data, '-U', 'headgate', '-A', 'scram-sha-256', `--pwfile=${password}`, '-E', 'UTF8', '--no-sync', '-L'],
    `/usr/share/postgresql/${bin.split('/').at(-2) ?? ''}`,
  ]);
  const { cert, certFile, keyFile } = certificateIn(dir, user);
  const port = await freePort();
  const settings = [
    ...[
      '-c',
      'fsync=off',
      '-c',
      'shared_buffers=16MB',
      '-c',
      'max_connections=40',
      '-c',
      `unix_socket_directories=${dir}`,
    ],
    ...(o.tls === true ? ['-c', 'ssl=on', '-c', `ssl_cert_file=${certFile}`, '-c', `ssl_key_file=${keyFile}`] : []),
  ];
  const file = `${bin}/postgres`;
  const args = ['-D', data, '-h', '127.0.0.1', '-p', String(port), ...settings];
  const psql = (sql: string): string =>
    asUser(
      user,
      `${bin}/psql`,
      ['-At', '-v', 'ON_ERROR_STOP=1', `postgres://headgate:pass-canary@127.0.0.1:${port}/postgres`],
      {
        input: sql,
      },
    ).trim();
  const ready = (): boolean => {
    try {
      return psql('select 1') === '1';
    } catch {
      return false;
    }
  };
  return { ...(await started({ file, args, user, dir }, port, ready)), ca: cert, psql };
};

/** MariaDB with the account `headgate` (password `pass-canary`) that may do everything in the database `shop`, and FILE. */
export const mariadbServer = async (
  o: { readonly tls?: boolean } = {},
): Promise<TestServer & { readonly ca: string; readonly sql: (text: string) => string }> => {
  const user = userOf('mysql');
  const dir = folderFor('mariadb', user);
  const data = join(dir, 'data');
  const socket = join(dir, 's');
  const own = user === null ? [] : ['--user=mysql'];
  execFileSync(
    '/usr/bin/mariadb-install-db',
    ['--no-defaults', `--datadir=${data}`, '--auth-root-authentication-method=normal', '--skip-test-db', ...own],
    { stdio: 'ignore' },
  );
  const { cert, certFile, keyFile } = certificateIn(dir, user);
  const port = await freePort();
  const args = [
    ...['--no-defaults', `--datadir=${data}`, `--socket=${socket}`, `--port=${port}`, '--bind-address=127.0.0.1'],
    ...[
      '--skip-name-resolve',
      '--innodb-flush-log-at-trx-commit=0',
      '--innodb-buffer-pool-size=16M',
      `--pid-file=${dir}/pid`,
    ],
    ...['--local-infile=1', '--secure-file-priv='],
    ...(o.tls === true ? [`--ssl-cert=${certFile}`, `--ssl-key=${keyFile}`] : ['--skip-ssl']),
  ];
  // Without a locale, as in a bare environment, the client would take the text for Latin 1.
  const client = ['--no-defaults', '--default-character-set=utf8mb4', `--socket=${socket}`, '-uroot', '-N', '-B'];
  const sql = (text: string): string =>
    execFileSync('/usr/bin/mariadb', [...client, '-e', text], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    }).trim();
  const ready = (): boolean => {
    try {
      return sql('select 1') === '1';
    } catch {
      return false;
    }
  };
  const server = await started({ file: '/usr/sbin/mariadbd', args, user, dir }, port, ready);
  sql(
    "create database shop; create user headgate@'127.0.0.1' identified by 'pass-canary'; grant all on shop.* to headgate@'127.0.0.1'; grant file on *.* to headgate@'127.0.0.1'",
  );
  return { ...server, ca: cert, sql };
};
/** Redis with the password `pass-canary`, in the clear or by TLS alone. */
export const redisServer = async (
  o: { readonly tls?: boolean } = {},
): Promise<TestServer & { readonly ca: string }> => {
  const dir = folderFor('redis', null);
  const { cert, certFile, keyFile } = certificateIn(dir);
  const port = await freePort();
  const ports =
    o.tls === true
      ? [
          '--port',
          '0',
          '--tls-port',
          String(port),
          '--tls-cert-file',
          certFile,
          '--tls-key-file',
          keyFile,
          '--tls-auth-clients',
          'no',
        ]
      : ['--port', String(port)];
  const args = [...ports, '--bind', '127.0.0.1', '--save', '', '--dir', dir, '--requirepass', 'pass-canary'];
  return { ...(await started({ file: '/usr/bin/redis-server', args, user: null, dir }, port, () => true)), ca: cert };
};

/** Mosquitto with the account `headgate` (password `pass-canary`); it keeps what waits for those who are away. */
export const mosquittoServer = async (
  o: { readonly tls?: boolean } = {},
): Promise<TestServer & { readonly ca: string }> => {
  const dir = folderFor('mosquitto', null);
  const { cert, certFile, keyFile } = certificateIn(dir);
  const port = await freePort();
  const passwords = join(dir, 'passwords');
  writeFileSync(passwords, '');
  chmodSync(passwords, 0o600);
  execFileSync('/usr/bin/mosquitto_passwd', ['-b', passwords, 'headgate', 'pass-canary'], { stdio: 'ignore' });
  const settings = join(dir, 'mosquitto.conf');
  writeFileSync(
    settings,
    [
      `listener ${port} 127.0.0.1`,
      'allow_anonymous false',
      `password_file ${passwords}`,
      ...(process.getuid?.() === 0 ? ['user root'] : []),
      ...(o.tls === true ? [`certfile ${certFile}`, `keyfile ${keyFile}`] : []),
      '',
    ].join('\n'),
  );
  const file = '/usr/sbin/mosquitto';
  return { ...(await started({ file, args: ['-c', settings], user: null, dir }, port, () => true)), ca: cert };
};
