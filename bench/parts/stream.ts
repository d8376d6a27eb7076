/**
 * What Headgate adds to a token of a model on its way to who reads: a model server on loopback says words, each the time at
 * which it was said, and the client of OpenAI's protocol looks at the clock when one comes. Once straight from the model
 * server, once through a flow that is a model: guard, journal, session and all.
 */

import { createServer, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { makeHome, startHeadgate } from '../contenders/headgate.ts';
import type { Ground } from '../kit/ground.ts';
import { table } from '../kit/table.ts';
import type { Found, Options } from './part.ts';

const WORDS = 150;
/** Milliseconds between two: a hundred words a second are more than most models say. */
const GAP = 10;
/** Answers that are heard right after the start, of which the first is left out: it loads what it needs. */
const FRESH = 10;
/** Seconds of answers, many at a time and faster, before it counts: a server that has been up for minutes has compiled its code. */
const WARM = 20;
const LANES = 8;
const TARGET = 1;

const said = (text: string, end: string | null): string =>
  `data: ${JSON.stringify({
    ...{ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'small' },
    choices: [{ index: 0, delta: { role: 'assistant', content: text }, finish_reason: end }],
  })}\n\n`;

const speak = (response: ServerResponse, gap: number): void => {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  let count = 0;
  const timer = setInterval(() => {
    count += 1;
    if (count <= WORDS) return void response.write(said(`at${performance.now().toFixed(3)} `, null));
    clearInterval(timer);
    response.end(`${said('', 'stop')}data: [DONE]\n\n`);
  }, gap);
  response.on('close', () => clearInterval(timer));
};

/** Milliseconds from saying to hearing, of each word of one answer. */
const hear = (url: string, model: string, headers: Readonly<Record<string, string>>): Promise<readonly number[]> =>
  new Promise((resolve, reject) => {
    const body = JSON.stringify({ model, stream: true, messages: [{ role: 'user', content: 'Speak' }] });
    const asked = request(
      `${url}/chat/completions`,
      { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, timeout: 30_000 },
      (response) => {
        const took: number[] = [];
        let all = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => {
          const now = performance.now();
          all += part;
          for (const [, at] of part.matchAll(/at(\d+\.\d{3})/g)) took.push(now - Number(at));
        });
        response.on('error', reject);
        response.on('end', () =>
          took.length === WORDS
            ? resolve(took)
            : reject(
                new Error(`${url} told ${took.length} of ${WORDS} words: ${response.statusCode} ${all.slice(0, 500)}`),
              ),
        );
      },
    );
    asked.on('error', reject);
    asked.end(body);
  });

const at = (of: readonly number[], part: number): number =>
  of.toSorted((a, b) => a - b)[Math.min(of.length - 1, Math.floor(of.length * part))] ?? Number.NaN;
const ms = (value: number): string => `${value.toFixed(2)} ms`;

export const stream = async (ground: Ground, { rounds }: Options): Promise<Found> => {
  let gap = GAP;
  const model = createServer((asked, response) => {
    asked.resume();
    asked.on('end', () => speak(response, gap));
  });
  await new Promise<void>((resolve) => model.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(model.address() as AddressInfo).port}`;
  const home = await makeHome(ground, 'stream');
  const ours = await startHeadgate(ground, { ...home, env: { ...home.env, HEADGATE_EGRESS_ALLOW: host } });
  try {
    const base = `http://${host}/v1`;
    await ours.ask('PUT', '/api/v1/model-providers', { name: 'local', kind: 'openai-compatible', baseUrl: base });
    const { id } = await ours.ask<{ id: string }>('POST', '/api/v1/flows', {
      draft: {
        headgate: 1,
        name: 'Speak',
        triggers: [{ id: 'chat', kind: 'chat@1', with: { model: 'speak' } }],
        steps: [
          {
            id: 'answer',
            kind: 'model.generate@1',
            with: { model: 'local/small', prompt: '{{ input.message }}', stream: true },
          },
          { id: 'reply', kind: 'chat.reply@1', after: ['answer'], with: { text: '{{ steps.answer.text }}' } },
        ],
      },
    });
    await ours.ask('POST', `/api/v1/flows/${id}/publish`, { grant: 'needed' });
    const key = { authorization: `Bearer ${home.key}` };
    const straight = () => hear(base, 'small', {});
    const through = () => hear(`${ours.origin}/v1`, 'speak', key);
    const both = async (answers: number): Promise<{ readonly bare: number[]; readonly mine: number[] }> => {
      const [bare, mine]: [number[], number[]] = [[], []];
      for (let round = 0; round < answers; round += 1) {
        bare.push(...(await straight()));
        mine.push(...(await through()));
      }
      return { bare, mine };
    };
    await both(1);
    const fresh = await both(FRESH);
    gap = 1;
    const until = performance.now() + WARM * 1_000;
    const lane = async (): Promise<void> => {
      while (performance.now() < until) await through();
    };
    await Promise.all([straight(), ...Array.from({ length: LANES }, lane)]);
    gap = GAP;
    const { bare, mine } = await both(rounds);
    const added = at(mine, 0.5) - at(bare, 0.5);
    return {
      text: table(
        [`a word of a model, ${1_000 / GAP} a second`, 'p50', 'p99'],
        [
          ['straight from the model server', ms(at(bare, 0.5)), ms(at(bare, 0.99))],
          ['through a flow of Headgate', ms(at(mine, 0.5)), ms(at(mine, 0.99))],
          ['through one just started', ms(at(fresh.mine, 0.5)), ms(at(fresh.mine, 0.99))],
        ],
      ),
      verdicts: [
        {
          what: 'added to a word of a streamed answer, p50',
          figure: ms(added),
          target: `< ${TARGET} ms`,
          reached: added < TARGET,
        },
      ],
    };
  } finally {
    await ours.stop();
    model.closeAllConnections();
    model.close();
  }
};
