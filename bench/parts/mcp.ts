/**
 * Calls of a tool over MCP a second, in the protocol of 2026-07-28: the SDK's own server with nothing behind it, and ours,
 * which identifies, authorises, runs a flow and keeps the run. In turn over several rounds, by the same client.
 */

import { join } from 'node:path';
import { makeHome, startHeadgate } from '../contenders/headgate.ts';
import { ask, freePort, untilReady } from '../kit/ask.ts';
import { start } from '../kit/children.ts';
import { median, ratio, times, whole } from '../kit/figures.ts';
import type { Ground } from '../kit/ground.ts';
import { table } from '../kit/table.ts';
import type { Found, Options } from './part.ts';

const LANES = 16;
const TARGET = 0.5;
/** Seconds: before code is measured, it is compiled by what it sees, which for the path of a run takes some 15,000 calls. */
const WARM = 20;
const ERA = '2026-07-28';

const CALL = {
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: {
    name: 'echo',
    arguments: { say: 'hello' },
    _meta: {
      'io.modelcontextprotocol/protocolVersion': ERA,
      'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1' },
      'io.modelcontextprotocol/clientCapabilities': {},
    },
  },
};
const HEADERS = {
  accept: 'application/json, text/event-stream',
  'mcp-protocol-version': ERA,
  'mcp-method': 'tools/call',
  'mcp-name': 'echo',
};

/** Calls a second. Every answer must be the tool's. */
const load = async (url: string, headers: Readonly<Record<string, string>>, seconds: number): Promise<number> => {
  const until = performance.now() + seconds * 1_000;
  let count = 0;
  const lane = async (): Promise<void> => {
    while (performance.now() < until) {
      const answer = await ask('POST', url, CALL, { ...HEADERS, ...headers });
      if (answer.status !== 200 || !answer.text.includes('"text":"hello"'))
        throw new Error(`${url} answered ${answer.status} ${answer.text.slice(0, 500)}`);
      count += 1;
    }
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: LANES }, lane));
  return count / ((performance.now() - began) / 1_000);
};

export const mcp = async (ground: Ground, { rounds, seconds }: Options): Promise<Found> => {
  const home = await makeHome(ground, 'mcp');
  const ours = await startHeadgate(ground, home);
  const { id } = await ours.ask<{ id: string }>('POST', '/api/v1/flows', {
    draft: {
      headgate: 1,
      name: 'Echo',
      input: { type: 'object', properties: { say: { type: 'string' } }, additionalProperties: false },
      triggers: [{ id: 'call', kind: 'mcp.tool@1', with: {} }],
      steps: [{ id: 'say', kind: 'set@1', with: { value: '{{ input.say }}' } }],
      output: '{{ steps.say }}',
    },
  });
  await ours.ask('POST', `/api/v1/flows/${id}/publish`, {});
  const port = await freePort();
  const floor = start(
    process.execPath,
    ['--conditions=headgate-source', join(ground.root, 'bench', 'mcp-floor.ts'), String(port)],
    {
      cwd: ground.root,
      env: ground.env,
      log: join(ground.dir, 'mcp-floor.log'),
    },
  );
  const bare = `http://127.0.0.1:${port}/mcp`;
  const mine = `${ours.origin}/api/v1/mcp/streamable`;
  const key = { 'x-api-key': home.key };
  await untilReady('POST', bare, 10_000, CALL).catch(() => undefined);
  await load(bare, {}, WARM);
  await load(mine, key, WARM);
  const floors: number[] = [];
  const own: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    floors.push(await load(bare, {}, seconds));
    own.push(await load(mine, key, seconds));
  }
  await floor.stop();
  await ours.stop();
  const part = ratio(own, floors);
  return {
    text: table(
      [`tools/call, ${LANES} at a time`, 'calls a second', 'to the bare SDK'],
      [
        ['the SDK’s server, an echo', whole(median(floors)), times(1)],
        ['Headgate, a run of a flow, kept', whole(median(own)), times(part)],
      ],
    ),
    verdicts: [
      {
        what: 'MCP calls, to the bare SDK server',
        figure: times(part),
        target: `≥ ${TARGET} ×`,
        reached: part >= TARGET,
      },
    ],
  };
};
