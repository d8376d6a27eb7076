import { type AddressInfo, createServer } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Certificate, certificate, smtpServer, type SmtpServer } from '../egress/testing/mail-server.ts';
import { type Ground, openGround } from './testing/ground.ts';

let certificates: Certificate;
let g: Ground;
let instance: SmtpServer;
const closers: (() => Promise<void>)[] = [];
beforeAll(async () => {
  certificates = certificate();
  instance = await smtpServer({ ...certificates, authOptional: true });
  g = await openGround(undefined, undefined, undefined, undefined, undefined, undefined, {
    authorities: [certificates.cert],
    instance: {
      ...{ host: '127.0.0.1', port: instance.port, security: 'none', user: null, password: null },
      from: 'headgate@example.com',
    },
  });
});
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});
afterAll(async () => {
  await g.close();
  await instance.close();
});

const smtp = async (options: Parameters<typeof smtpServer>[0] = {}): Promise<SmtpServer> => {
  const server = await smtpServer({ ...certificates, ...options });
  closers.push(server.close);
  return server;
};

const sends = (settings: Record<string, unknown>, more: Record<string, unknown> = {}) => ({
  headgate: 1,
  name: 'Mail',
  steps: [
    { id: 'send', kind: 'email.send@1', with: { subject: 'Hello', text: 'Hi {{ input.name }}', ...settings }, ...more },
  ],
  input: { type: 'object', properties: { name: { type: 'string' } }, additionalProperties: true },
  output: '{{ steps.send }}',
});

const through = (port: number, more: Record<string, unknown> = {}) => ({
  ...{ host: '127.0.0.1', port, security: 'none', from: 'Bot <bot@example.com>', to: 'ada@example.com' },
  ...more,
});

const run = async (doc: unknown, powers: readonly string[], input: unknown = { name: 'Ada' }) => {
  const flow = await g.publish(doc, { grants: powers.map((power) => ({ step: '*', power })) });
  const view = await g.run(flow, input);
  return { flow, view };
};

test('a letter goes out whole: people, subject, text beside HTML, and a file of the project', async () => {
  const { port, got } = await smtp({ authOptional: true });
  await run(
    {
      ...sends({}),
      steps: [{ id: 'write', kind: 'file.write@1', with: { path: 'out/sums.csv', content: 'a,b\n1,2\n' } }],
      output: null,
    },
    ['file: write out/'],
  );
  const { view } = await run(
    sends(
      through(port, {
        to: ['Ada Lovelace <ada@example.com>', 'bob@example.com'],
        cc: 'eve@example.com',
        bcc: 'audit@example.com',
        replyTo: 'desk@example.com',
        subject: 'Grüße, {{ input.name }}',
        html: '<p>Hi</p>',
        attachments: ['out/sums.csv', { file: 'out/sums.csv', name: 'again.csv' }],
      }),
    ),
    [`net: SMTP 127.0.0.1:${port} from bot@example.com to *@example.com`, 'file: read out/'],
  );
  expect(view).toMatchObject({ state: 'done', output: { rejected: [] } });
  expect(got).toHaveLength(1);
  expect(got[0]).toMatchObject({ from: 'bot@example.com' });
  expect(got[0]?.to.toSorted()).toEqual([
    ...['ada@example.com', 'audit@example.com', 'bob@example.com', 'eve@example.com'],
  ]);
  const text = got[0]?.text ?? '';
  for (const part of [
    /^From: Bot <bot@example\.com>/m,
    /^To: Ada Lovelace <ada@example\.com>, bob@example\.com/m,
    /^Cc: eve@example\.com/m,
    /^Reply-To: desk@example\.com/m,
    /^Subject: =\?UTF-8\?Q\?Gr=C3=BC/m,
    /^Auto-Submitted: auto-generated/m,
    /Hi Ada/,
    /<p>Hi<\/p>/,
    /filename=sums\.csv/,
    /filename=again\.csv/,
    new RegExp(Buffer.from('a,b\n1,2\n').toString('base64')),
  ])
    expect(text).toMatch(part);
  expect(text).not.toMatch(/audit@example\.com/);
  const { id } = view.output as { id: string };
  expect(text).toContain(`Message-ID: ${id}`);
});

describe('what was lent', () => {
  test('CAP-01 nobody gets a letter where one recipient was not lent, and the sender is bounded, too', async () => {
    const { port, got } = await smtp({ authOptional: true });
    const at = `net: SMTP 127.0.0.1:${port}`;
    const cases: readonly (readonly [Record<string, unknown>, string])[] = [
      [{ to: ['ada@example.com', 'eve@evil.test'] }, `${at} from bot@example.com to *@example.com`],
      [{ bcc: 'eve@evil.test' }, `${at} from bot@example.com to *@example.com`],
      [{ to: 'x@sub.example.com' }, `${at} to *@example.com`],
      [{ from: 'boss@example.com' }, `${at} from bot@example.com`],
      [{}, `net: * 127.0.0.1:${port}`],
      [{}, 'net: * *:*'],
      [{}, `net: SMTP 127.0.0.1:${port + 1}`],
      [{}, 'net: SMTP instance'],
    ];
    for (const [more, power] of cases) {
      const { view } = await run(sends(through(port, more)), [power]);
      expect([power, view.state, view.problem?.code]).toEqual([power, 'failed', 'grant.missing']);
    }
    expect(got).toEqual([]);
    const { view } = await run(sends(through(port, { to: 'x@sub.example.com' })), [`${at} to *@*.example.com`]);
    expect(view.state).toBe('done');
  });

  test('a computed recipient is judged when the letter is sent', async () => {
    const { port, got } = await smtp({ authOptional: true });
    const doc = sends(through(port, { to: '{{ input.to }}' }));
    const power = `net: SMTP 127.0.0.1:${port} from bot@example.com to *@example.com`;
    expect((await run(doc, [power], { to: 'ada@example.com' })).view.state).toBe('done');
    for (const to of ['eve@evil.test', 'ada@example.com, eve@evil.test', ['ada@example.com', 'eve@evil.test']])
      expect((await run(doc, [power], { to })).view).toMatchObject({ problem: { code: 'grant.missing' } });
    expect(got).toHaveLength(1);
  });

  test('SSRF-13 a line break adds no header and no recipient', async () => {
    const { port, got } = await smtp({ authOptional: true });
    const power = [`net: SMTP 127.0.0.1:${port}`];
    const odd = 'x\r\nBcc: eve@evil.test';
    for (const [field, value] of [
      ['subject', odd],
      ['to', `ada@example.com\r\nRCPT TO:<eve@evil.test>`],
      ['to', `"A\nB" <ada@example.com>`],
      ['from', `bot@example.com\r\nX: y`],
      ['replyTo', `a@example.com\r\nX: y`],
    ]) {
      const doc = sends(through(port, { [field as string]: '{{ input.odd }}' }));
      const { view } = await run(doc, power, { odd: value });
      expect([field, view.state]).toEqual([field, 'failed']);
    }
    expect(got).toEqual([]);
  });
});

describe('logging in', () => {
  const keep = (name: string, credential: { kind: string; [field: string]: unknown }, origin: string) =>
    g.store.in('default').secrets.put({
      ...{ project: 'default', name, origins: [origin], kind: credential.kind, value: JSON.stringify(credential) },
      ...{ owner: 'owner', at: 1 },
    });

  test('SEC-01 goes by a secret, over TLS, and neither step, journal nor record shows it', async () => {
    const { port, got } = await smtp();
    await keep('post', { kind: 'basic', user: 'bot', password: 'right' }, `smtp://127.0.0.1:${port}`);
    const powers = [`net: SMTP 127.0.0.1:${port}`, `secret: use post for smtp://127.0.0.1:${port}`];
    const { view } = await run(sends(through(port, { security: 'starttls', secret: 'post' })), powers);
    expect(view.state).toBe('done');
    expect(got).toMatchObject([{ secure: true, user: 'bot' }]);
    const journal = await g.engine.journal('default', view.id, 0, 1000);
    expect(JSON.stringify(journal)).not.toContain('right');
  });

  test('SEC-02 a password goes to its own server alone, and never in the clear', async () => {
    const { port, got } = await smtp({ authOptional: true });
    await keep('other', { kind: 'basic', user: 'bot', password: 'right' }, 'smtp://mail.example.com:587');
    await keep('own', { kind: 'basic', user: 'bot', password: 'right' }, `smtp://127.0.0.1:${port}`);
    const powers = ['net: SMTP *:*', 'secret: use * for *'];
    const elsewhere = await run(sends(through(port, { security: 'starttls', secret: 'other' })), powers);
    expect(elsewhere.view).toMatchObject({ state: 'failed', problem: { code: 'secret.missing' } });
    const clear = await run(sends(through(port, { security: 'none', secret: 'own' })), powers);
    expect(clear.view).toMatchObject({ state: 'failed', problem: { code: 'mail.clear' } });
    const unlent = await run(sends(through(port, { security: 'starttls', secret: 'own' })), ['net: SMTP *:*']);
    expect(unlent.view).toMatchObject({ state: 'failed', problem: { code: 'grant.missing' } });
    expect(got).toEqual([]);
  });
});

test('the server of the instance sends as itself, and only where it was lent by name', async () => {
  const doc = sends({ to: 'ada@example.com', from: 'The boss <boss@example.com>' });
  expect((await run(doc, ['net: SMTP *:*'])).view).toMatchObject({ problem: { code: 'grant.missing' } });
  expect(instance.got).toEqual([]);
  expect((await run(doc, ['net: SMTP instance to ada@example.com'])).view.state).toBe('done');
  expect(instance.got).toMatchObject([{ from: 'headgate@example.com', to: ['ada@example.com'] }]);
  expect(instance.got[0]?.text).toMatch(/^From: The boss <headgate@example\.com>/m);
});

test('a letter that the server refuses is a Problem that may be tried again; one that may have arrived is not', async () => {
  let tries = 0;
  const { port, got } = await smtp({
    authOptional: true,
    onRcptTo: (_to, _session, done) => {
      tries += 1;
      if (tries === 1) return done(Object.assign(new Error('later'), { responseCode: 451 }));
      done();
    },
  });
  const powers = [`net: SMTP 127.0.0.1:${port}`];
  const again = await run(sends(through(port), { retry: { max: 2, delay: '1ms' } }), powers);
  expect(again.view.state).toBe('done');
  expect(got).toHaveLength(1);

  const cut = await breaking();
  const doubt = await run(sends(through(cut.port), { retry: { max: 2, delay: '1ms' } }), ['net: SMTP *:*']);
  expect(doubt.view).toMatchObject({ state: 'failed', problem: { code: 'mail.doubt', retry: 'no' } });
  expect(cut.taken()).toBe(1);
});

/** A server that takes the whole of a letter and breaks the line instead of saying so. */
const breaking = async () => {
  let taken = 0;
  const server = createServer((socket) => {
    let inData = false;
    socket.on('error', () => undefined);
    socket.write('220 here\r\n');
    socket.on('data', (part) => {
      const text = part.toString('latin1');
      if (inData) {
        if (!text.endsWith('\r\n.\r\n')) return;
        taken += 1;
        return void socket.destroy();
      }
      if (text.startsWith('DATA')) {
        inData = true;
        return void socket.write('354 go\r\n');
      }
      socket.write('250 ok\r\n');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  closers.push(() => new Promise((resolve) => server.close(() => resolve())));
  return { port: (server.address() as AddressInfo).port, taken: () => taken };
};
