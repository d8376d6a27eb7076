/** A real IMAP server for tests: Dovecot from Debian, a child on loopback with a home of its own that is gone with it. */

import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import type { Certificate } from './mail-server.ts';

export type ImapServer = {
  readonly port: number;
  /** Puts a mail into the inbox, as a delivery agent does. */
  readonly deliver: (text: string) => void;
  /** Files of a folder of the mailbox: their names hold the flags (`:2,S`: seen). */
  readonly mails: (folder?: string) => readonly string[];
  /** Numbers the mailbox anew: another UIDVALIDITY. */
  readonly renumber: () => Promise<void>;
  readonly close: () => Promise<void>;
};

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const at = server.address();
      server.close(() => resolve(typeof at === 'object' && at !== null ? at.port : 0));
    });
  });

/** Users `ada`, password `right`. As root, mails belong to nobody; else to who runs the tests. */
export const imapServer = async ({ key, cert }: Certificate): Promise<ImapServer> => {
  const dir = mkdtempSync(join(tmpdir(), 'headgate-imap-'));
  const port = await freePort();
  const me = userInfo();
  const root = me.uid === 0;
  const owner = root ? { uid: 65_534, gid: 65_534 } : { uid: me.uid, gid: me.gid };
  const home = join(dir, 'home');
  const box = join(home, 'Maildir');
  chmodSync(dir, 0o755);
  for (const folder of [home, box, ...['new', 'cur', 'tmp'].map((one) => join(box, one))]) {
    mkdirSync(folder);
    if (root) chownSync(folder, owner.uid, owner.gid);
  }
  writeFileSync(join(dir, 'key.pem'), key, { mode: 0o600 });
  writeFileSync(join(dir, 'cert.pem'), cert);
  writeFileSync(join(dir, 'users'), 'ada:{PLAIN}right\n', { mode: 0o644 });
  const internal = root
    ? ''
    : `default_internal_user = ${me.username}\ndefault_login_user = ${me.username}\ndefault_internal_group = ${me.username}\n`;
  writeFileSync(
    join(dir, 'dovecot.conf'),
    `base_dir = ${join(dir, 'run')}
state_dir = ${join(dir, 'state')}
log_path = ${join(dir, 'log')}
protocols = imap
listen = 127.0.0.1
ssl = required
ssl_cert = <${join(dir, 'cert.pem')}
ssl_key = <${join(dir, 'key.pem')}
ssl_dh =
mail_location = maildir:~/Maildir
mailbox_list_index = no
first_valid_uid = 1
${internal}passdb {
  driver = passwd-file
  args = ${join(dir, 'users')}
}
userdb {
  driver = static
  args = uid=${owner.uid} gid=${owner.gid} home=${home}
}
namespace inbox {
  inbox = yes
}
service imap-login {
  chroot =
  inet_listener imap {
    port = 0
  }
  inet_listener imaps {
    port = ${port}
    ssl = yes
  }
}
service anvil {
  chroot =
}
`,
  );
  let child: ChildProcess;
  const up = async (): Promise<void> => {
    child = spawn('dovecot', ['-F', '-c', join(dir, 'dovecot.conf')], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
    });
    let said = '';
    child.stderr?.on('data', (part: Buffer) => (said += part.toString()));
    for (;;) {
      if (child.exitCode !== null) throw new Error(`dovecot ended: ${said} ${readLog(dir)}`);
      const there = await new Promise<boolean>((resolve) => {
        const socket = connect(port, '127.0.0.1', () => {
          socket.destroy();
          resolve(true);
        }).on('error', () => resolve(false));
      });
      if (there) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  const down = (): Promise<void> =>
    new Promise((resolve) => {
      if (child.exitCode !== null) return resolve();
      child.once('exit', () => resolve());
      child.kill('SIGTERM');
    });
  await up();
  let n = 0;
  return {
    port,
    deliver: (text) => {
      n += 1;
      const name = `${Date.now()}.M${n}P${process.pid}.localhost`;
      const file = join(box, 'tmp', name);
      writeFileSync(file, text.replaceAll(/\r?\n/g, '\n'));
      if (root) chownSync(file, owner.uid, owner.gid);
      renameSync(file, join(box, 'new', name));
    },
    mails: (folder) => {
      const at = folder === undefined ? box : join(box, `.${folder}`);
      return ['new', 'cur'].flatMap((one) => {
        try {
          return readdirSync(join(at, one));
        } catch {
          return [];
        }
      });
    },
    renumber: async () => {
      await down();
      for (const file of readdirSync(box)) if (file.startsWith('dovecot')) rmSync(join(box, file));
      await up();
    },
    close: async () => {
      await down();
      rmSync(dir, { recursive: true, force: true });
    },
  };
};

const readLog = (dir: string): string => {
  try {
    return readFileSync(join(dir, 'log'), 'utf8').slice(-2000);
  } catch {
    return '';
  }
};
