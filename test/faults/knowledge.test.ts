/**
 * SIGKILL in the middle of reading documents: a real server process is killed again and again while it fills a knowledge base;
 * in the end every document was read, none is there twice, and no piece is left of what was cut off.
 */

import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { keyIn, newHome, type Served } from '../stories/command.ts';

const FILES = 80;
const KILLS = 4;

const textOf = (n: number): string =>
  `# Report ${n}\n\n${`Machine number ${n} was looked after on that day, and its belt was changed. `.repeat(30)}\n\n## Result\n\nThe secret word of report ${n} is zephyr${n}x.\n`;

type Base = { readonly documents: { readonly waiting: number; readonly ready: number; readonly failed: number } };

test('KNOW-06 a server that is killed while it reads documents has each of them once in the end', async () => {
  const home = newHome();
  try {
    const key = keyIn(await home.superuser());
    let server: Served = await home.serve([]);
    const ask = async (method: string, path: string, body?: unknown) => {
      const answer = await server.ask(method, `/api/v1/${path}`, { key, ...(body === undefined ? {} : { body }) });
      expect(answer.status, answer.text).toBeLessThan(300);
      return answer.json as Record<string, unknown>;
    };
    const flow = await ask('POST', 'flows', {
      draft: {
        headgate: 1,
        name: 'Write',
        input: { type: 'object', properties: { texts: { type: 'array', items: { type: 'string' } } } },
        steps: [
          {
            id: 'write',
            kind: 'file.write@1',
            each: { over: '{{ input.texts }}' },
            with: { path: 'reports/{{ index }}.md', content: '{{ item }}' },
          },
        ],
      },
    });
    await ask('POST', `flows/${String(flow['id'])}/publish`, {
      grant: [{ step: 'write', power: 'file: write reports/' }],
    });
    const texts = Array.from({ length: FILES }, (_, n) => textOf(n));
    expect(await ask('POST', `flows/${String(flow['id'])}/runs`, { input: { texts }, wait: 60 })).toMatchObject({
      state: 'done',
    });
    const base = String((await ask('POST', 'knowledge', { name: 'reports' }))['id']);
    await ask('POST', `knowledge/${base}/sources`, { kind: 'files', path: 'reports/' });
    const read = async (fits: (documents: Base['documents']) => boolean): Promise<Base['documents']> => {
      for (let tries = 0; ; tries += 1) {
        const { documents } = (await ask('GET', `knowledge/${base}`)) as Base;
        if (fits(documents)) return documents;
        if (tries > 4_000) throw new Error(JSON.stringify(documents));
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
    };
    for (let kill = 1; kill <= KILLS; kill += 1) {
      const before = (await read(({ waiting, ready }) => waiting + ready === FILES)).ready;
      await read(({ waiting, ready }) => waiting === 0 || ready >= before + 7 * kill);
      server.signal('SIGKILL');
      await server.ended;
      server = await home.serve([]);
    }
    expect(await read(({ ready, waiting }) => waiting === 0 && ready === FILES)).toMatchObject({ failed: 0 });
    for (const n of [0, 47, FILES - 1]) {
      const { hits } = (await ask('POST', `knowledge/${base}/search`, { question: `zephyr${n}x`, mode: 'text' })) as {
        hits: { citation: { path: string } }[];
      };
      expect(hits.map(({ citation }) => citation.path)).toEqual([`reports/${n}.md`]);
    }
    await server.stop();
    const db = new DatabaseSync(join(String(home.env['HEADGATE_CONFIG_DIR']), 'headgate.db'), { readOnly: true });
    const count = (sql: string): unknown => Object.values(db.prepare(sql).get() ?? {})[0];
    expect(count('select count(*) from knowledge_doc')).toBe(FILES);
    expect(count('select count(distinct ref) from knowledge_doc')).toBe(FILES);
    expect(count('select count(*) from knowledge_chunk')).toBe(count('select sum(pieces) from knowledge_doc'));
    expect(
      count(
        'select count(*) from knowledge_chunk c left join knowledge_doc d on d.id = c.doc and d.gen = c.gen where d.id is null',
      ),
    ).toBe(0);
    db.close();
  } finally {
    await home.leave();
  }
}, 240_000);
