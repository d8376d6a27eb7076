/**
 * SIGKILL around mails with notifications: a real server process and a real SMTP server, killed while a mail waits to leave,
 * while it is handed over, and before a daily one is due. Nobody is mailed twice, and all of it stands in the app.
 */

import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { smtpServer, type SmtpServer } from '../../packages/server/src/egress/testing/mail-server.ts';
import { type Person, personAt } from '../fixtures/person.ts';
import { newHome, type Served, until } from '../stories/command.ts';

/** What the mail server does: it greets nobody; it takes a letter and never says so; or what it should. */
let holds: 'greeting' | 'answer' | null = null;
let waiting = 0;
const letters: string[] = [];
let smtp: SmtpServer;

beforeAll(async () => {
  smtp = await smtpServer({
    authOptional: true,
    onConnect: (_session, done) => {
      waiting += 1;
      if (holds !== 'greeting') done();
    },
    onData: (stream, _session, done) => {
      let text = '';
      stream.on('data', (part: Buffer) => (text += part.toString('utf8')));
      stream.on('end', () => {
        letters.push(text);
        if (holds !== 'answer') done();
      });
    },
  });
});
afterAll(() => smtp.close());

const subjects = (): string[] => letters.map((text) => /^Subject: (.*)$/m.exec(text)?.[1] ?? '');

const asking = (name: string) => ({
  headgate: 1,
  name,
  steps: [{ id: 'ask', kind: 'ask@1', with: { title: 'Well?', who: { members: ['ada@example.com'] } } }],
});
const failing = (name: string) => ({
  headgate: 1,
  name,
  steps: [{ id: 's', kind: 'stop@1', with: { problem: 'x.broken', text: 'Broken' } }],
});

const begin = async (ada: Person, draft: object): Promise<void> => {
  const { id } = (await ada.ask('POST', '/api/v1/flows', { draft })).json as { id: string };
  const published = await ada.ask('POST', `/api/v1/flows/${id}/publish`, { grant: 'needed' });
  expect(published.status).toBe(201);
  expect((await ada.ask('POST', `/api/v1/flows/${id}/runs`, { input: {} })).status).toBeLessThan(300);
};

type List = { readonly notifications: readonly { readonly flowName: string; readonly times: number }[] };

test('a mail that waits is sent after a kill, one that was handed over is not sent again, a daily one is sent once', async () => {
  const home = newHome();
  const env = {
    HEADGATE_MAIL_URL: `smtp+plain://127.0.0.1:${smtp.port}`,
    HEADGATE_MAIL_FROM: 'headgate@example.com',
    HEADGATE_ENABLE_SUPERUSER_CLI: 'true',
  };
  const password = 'correct horse battery';
  const serve = async (): Promise<{ server: Served; ada: Person }> => {
    const server = await home.serve([], { env });
    const ada = personAt(server);
    const came = await ada.ask('POST', '/api/v1/auth/login', { email: 'ada@example.com', password });
    expect(came.status).toBe(200);
    return { server, ada };
  };
  const kill = async (server: Served): Promise<void> => {
    server.signal('SIGKILL');
    await server.ended;
  };
  const toldOf = async (ada: Person): Promise<string[]> =>
    ((await ada.ask('GET', '/api/v1/notifications')).json as List).notifications
      .map(({ flowName, times }) => `${flowName} ${times}`)
      .toSorted();
  try {
    const file = home.write('password', password);
    expect((await home.run(['superuser', '--email', 'ada@example.com', '--password-file', file], { env })).code).toBe(
      0,
    );

    // It waits for the greeting of a server that says nothing.
    holds = 'greeting';
    let { server, ada } = await serve();
    await begin(ada, asking('First'));
    await until(
      async () => waiting,
      (count) => count > 0,
    );
    await kill(server);
    expect(letters).toEqual([]);

    holds = null;
    ({ server, ada } = await serve());
    await until(
      async () => letters.length,
      (count) => count === 1,
    );
    expect(await toldOf(ada)).toEqual(['First 1']);

    // It was taken, and nobody was told.
    holds = 'answer';
    await begin(ada, asking('Second'));
    await until(
      async () => letters.length,
      (count) => count === 2,
    );
    await kill(server);
    holds = null;
    ({ server, ada } = await serve());
    // A later one has left: what was before it in the queue has had its turn.
    await begin(ada, asking('Third'));
    await until(
      async () => letters.length,
      (count) => count === 3,
    );
    expect(subjects().map((subject) => /First|Second|Third/.exec(subject)?.[0])).toEqual(['First', 'Second', 'Third']);
    expect(await toldOf(ada)).toEqual(['First 1', 'Second 1', 'Third 1']);

    // A daily one, whose hour comes while nobody is there.
    const settings = '/api/v1/notifications/settings';
    const { kinds } = (await ada.ask('GET', settings)).json as { kinds: object };
    const daily = { zone: 'UTC', hour: 3, kinds: { ...kinds, 'run.failed': { app: true, mail: 'daily' } } };
    expect((await ada.ask('PUT', settings, daily)).status).toBe(204);
    await begin(ada, failing('Fourth'));
    await begin(ada, failing('Fifth'));
    const all = ['Fifth 1', 'First 1', 'Fourth 1', 'Second 1', 'Third 1'];
    await until(
      () => toldOf(ada),
      (told) => told.length === all.length,
    );
    await kill(server);
    const database = new DatabaseSync(join(home.env['HEADGATE_CONFIG_DIR'] ?? '', 'headgate.db'));
    expect(database.prepare("update notice_for set due = 1 where mail = 'due'").run().changes).toBe(2);
    database.close();
    ({ server, ada } = await serve());
    await until(
      async () => letters.length,
      (count) => count === 4,
    );
    expect(letters[3]).toContain('Fourth');
    expect(letters[3]).toContain('Fifth');
    await kill(server);
    ({ server, ada } = await serve());
    await begin(ada, asking('Sixth'));
    await until(
      async () => letters.length,
      (count) => count === 5,
    );
    expect(subjects()[4]).toContain('Sixth');
    expect(await toldOf(ada)).toEqual([...all, 'Sixth 1'].toSorted());
    await server.stop();
    // Each letter has a name of its own.
    expect(new Set(letters.map((text) => /^Message-ID: (.*)$/m.exec(text)?.[1])).size).toBe(5);
    expect(letters.join('\n')).not.toContain('Well?');
  } finally {
    await home.leave();
  }
}, 120_000);

test('who is asked over and over gets twenty letters an hour, and all else in one at the next hour', async () => {
  const home = newHome();
  const env = {
    HEADGATE_MAIL_URL: `smtp+plain://127.0.0.1:${smtp.port}`,
    HEADGATE_MAIL_FROM: 'headgate@example.com',
    HEADGATE_ENABLE_SUPERUSER_CLI: 'true',
  };
  const file = home.write('password', 'correct horse battery');
  await home.run(['superuser', '--email', 'ada@example.com', '--password-file', file], { env });
  try {
    const server = await home.serve([], { env });
    const ada = personAt(server);
    await ada.ask('POST', '/api/v1/auth/login', { email: 'ada@example.com', password: 'correct horse battery' });
    const { id } = (await ada.ask('POST', '/api/v1/flows', { draft: asking('Often') })).json as { id: string };
    await ada.ask('POST', `/api/v1/flows/${id}/publish`, { grant: 'needed' });
    // Nothing leaves meanwhile.
    holds = 'greeting';
    for (let i = 0; i < 25; i += 1) await ada.ask('POST', `/api/v1/flows/${id}/runs`, { input: {} });
    const ways = (): unknown[] => {
      const db = new DatabaseSync(join(home.env['HEADGATE_CONFIG_DIR'] ?? '', 'headgate.db'), { readOnly: true });
      const rows = db
        .prepare("select due % 3600000 = 0 as hourly, count(*) as many from notice_for where mail = 'due' group by 1")
        .all();
      db.close();
      return rows.map((row) => ({ ...row }));
    };
    await until(
      async () => ways(),
      (rows) => rows.reduce((sum: number, row) => sum + Number((row as { many: number }).many), 0) === 25,
    );
    expect(ways()).toEqual([
      { hourly: 0, many: 20 },
      { hourly: 1, many: 5 },
    ]);
    server.signal('SIGKILL');
    await server.ended;
  } finally {
    holds = null;
    await home.leave();
  }
}, 120_000);
