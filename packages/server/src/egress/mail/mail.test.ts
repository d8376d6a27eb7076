import { createServer, type AddressInfo } from 'node:net';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Certificate, certificate, smtpServer, type SmtpServer } from '../testing/mail-server.ts';
import { openMail } from './mail.ts';
import type { MailServer } from './port.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

let certificates: Certificate;
beforeAll(() => {
  certificates = certificate();
});

/** A real SMTP server on loopback. */
const smtp = async (options: Parameters<typeof smtpServer>[0] = {}): Promise<SmtpServer> => {
  const server = await smtpServer({ ...certificates, ...options });
  closers.push(server.close);
  return server;
};

const at = (port: number, more: Partial<MailServer> = {}): MailServer => ({
  host: 'localhost',
  port,
  security: 'starttls',
  user: 'me',
  password: 'right',
  from: 'headgate@example.com',
  ...more,
});

const letter = { to: 'ada@example.com', subject: 'Grüße', text: 'A link: https://flows.example.com/x\n' };
const sender = (server: MailServer) => openMail(server, { authorities: [certificates.cert] });

describe('a letter', () => {
  test('goes over STARTTLS with a password, whole, to the one address', async () => {
    const { port, got } = await smtp();
    expect(await sender(at(port))(letter)).toEqual({ ok: true, value: null });
    expect(got).toMatchObject([{ from: 'headgate@example.com', to: ['ada@example.com'], secure: true, user: 'me' }]);
    expect(got[0]?.text).toContain('https://flows.example.com/x');
    expect(got[0]?.text).toMatch(/^Auto-Submitted: auto-generated/im);
  });

  test('goes over TLS from the first byte, and in the clear to this machine when asked', async () => {
    const secure = await smtp({ secure: true });
    expect(await sender(at(secure.port, { security: 'tls' }))(letter)).toMatchObject({ ok: true });
    expect(secure.got).toMatchObject([{ secure: true }]);
    const plain = await smtp({ authOptional: true, disabledCommands: ['STARTTLS'] });
    expect(await sender(at(plain.port, { security: 'none', user: null }))(letter)).toMatchObject({ ok: true });
    expect(plain.got).toMatchObject([{ secure: false }]);
  });

  test('is not sent, nor the password, where STARTTLS is not offered or the certificate is not the host’s', async () => {
    const heard: string[] = [];
    const stripped = await smtp({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      onAuth: ({ username }, _session, done) => {
        heard.push(username ?? '');
        done(null, { user: username ?? '' });
      },
    });
    expect(await sender(at(stripped.port))(letter)).toMatchObject({ ok: false, problem: { code: 'mail.failed' } });
    const strange = await smtp();
    expect(await openMail(at(strange.port))(letter)).toMatchObject({ ok: false, problem: { code: 'mail.failed' } });
    expect([heard, stripped.got, strange.got]).toEqual([[], [], []]);
  });

  test('says what went wrong by number, without addresses or passwords', async () => {
    const { port } = await smtp({ onRcptTo: (_address, _session, done) => done(new Error('no ada@example.com here')) });
    const refused = await sender(at(port))(letter);
    const wrong = await sender(at(port, { password: 'wrong-canary' }))(letter);
    for (const one of [refused, wrong]) {
      expect(one.ok).toBe(false);
      expect(JSON.stringify(one)).not.toMatch(/ada@|canary/);
    }
  });

  test.each([
    { ...letter, to: 'ada@example.com\r\nRCPT TO:<eve@example.com>' },
    { ...letter, subject: 'x\r\nBcc: eve@example.com' },
  ])('SSRF-13 with a line break in it is refused before anybody is dialled', async (odd) => {
    const { port, got } = await smtp();
    expect(await sender(at(port))(odd)).toMatchObject({ ok: false, problem: { code: 'mail.wrong' } });
    expect(got).toEqual([]);
  });
});

describe('the server that is dialled', () => {
  test('SSRF-05 is the address that was judged: the name is asked for once, and a metadata address is not dialled', async () => {
    const { port, got } = await smtp();
    const asked: string[] = [];
    const resolving = (addresses: readonly string[]) =>
      openMail(at(port, { host: 'mail.example.com', security: 'none', user: null }), {
        resolve: (name) => {
          asked.push(name);
          return Promise.resolve(addresses);
        },
      });
    expect(await resolving(['169.254.169.254'])(letter)).toMatchObject({ ok: false });
    expect(await resolving(['127.0.0.1', '169.254.169.254'])(letter)).toMatchObject({ ok: false });
    expect(asked).toEqual(['mail.example.com.', 'mail.example.com.']);
    expect(got).toEqual([]);
  });

  test('nobody listening, or hanging up, is a Problem', async () => {
    const closing = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => closing.listen(0, '127.0.0.1', () => resolve()));
    const { port } = closing.address() as AddressInfo;
    expect(await sender(at(port))(letter)).toMatchObject({ ok: false });
    await new Promise((resolve) => closing.close(resolve));
    expect(await sender(at(port))(letter)).toMatchObject({ ok: false });
  });
});
