/** `headgate flow …`: the flows of a running server. */

import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Problem, problem, readFlow } from '@headgate/core';
import { takeOut } from '../beside.ts';
import { readFlowFile } from '../files.ts';
import { DONE, note, pretty, print } from '../say.ts';
import { ask, id, pageOf, query, refused, rowOf, rowsOf, type Where } from './ask.ts';

export const listFlows = (w: Where, o: { limit: number; cursor?: string }): Promise<number> =>
  ask(
    w,
    'GET',
    `/api/v1/flows${query({ limit: o.limit, cursor: o.cursor })}`,
    undefined,
    pageOf('flows', ['id', 'name', 'version', 'enabled', 'updated']),
  );

/** Sends a flow file as a new flow, or as the draft of one that is there. Nothing of it runs. */
export const importFlow = async (w: Where, file: string, flow: string | undefined): Promise<number> => {
  const read = readFlowFile(file);
  if ('problems' in read) return refused(read.problems, w.json);
  const draft = read.flow;
  if (flow === undefined) {
    const made = await w.client.call('POST', '/api/v1/flows', { name: draft.name, draft, from: 'file' });
    if (!made.ok) return refused(made.problems, w.json);
    const { id: flowId, revision } = rowOf(made.value);
    print(w.json ? pretty(made.value) : String(flowId));
    return asks(w, String(flowId), Number(revision));
  }
  const now = await w.client.call('GET', `/api/v1/flows/${id(flow)}`);
  if (!now.ok) return refused(now.problems, w.json);
  const saved = await w.client.call('PUT', `/api/v1/flows/${id(flow)}/draft`, {
    revision: rowOf(now.value)['revision'],
    draft,
    from: 'file',
  });
  if (!saved.ok) return refused(saved.problems, w.json);
  const { revision } = rowOf(saved.value);
  print(w.json ? pretty(saved.value) : `revision ${String(revision)}`);
  return asks(w, flow, Number(revision));
};

/** Says what an imported flow asks for: a file is not lent anything by being sent, whoever sends it. */
const asks = async (w: Where, flow: string, revision: number): Promise<number> => {
  const powers = w.json ? null : await w.client.call('GET', `/api/v1/flows/${id(flow)}/powers`);
  const lacks = powers?.ok === true ? rowsOf(powers.value, 'needs').filter((need) => need['lent'] !== true) : [];
  if (lacks.length === 0) return DONE;
  note(`It asks for ${lacks.length === 1 ? 'a power' : `${lacks.length} powers`} that nobody lent to it:`);
  for (const need of lacks) {
    note(`  ${String(need['step'])}=${String(need['power'])}`);
    note(`    ${String(need['sentence'])}`);
  }
  note(`To lend them and publish: headgate flow publish ${flow} --grant needed --revision ${revision}`);
  return DONE;
};

/** Writes a flow's draft, or one version, as `flow.json` into a folder, and longer code into files beside it; flow.json last, so that where it is, all is. */
export const exportFlow = async (
  w: Where,
  flow: string,
  dir: string,
  o: { version: number | undefined; force: boolean },
): Promise<number> => {
  const path = `/api/v1/flows/${id(flow)}${o.version === undefined ? '' : `/versions/${o.version}`}`;
  const answer = await w.client.call('GET', path);
  if (!answer.ok) return refused(answer.problems, w.json);
  const found = rowOf(answer.value);
  const flowFile = o.version === undefined ? found['draft'] : found['doc'];
  const read = readFlow(flowFile);
  // A draft that is not of right form yet is written as it is.
  const { document, files } = read.ok ? takeOut(read.flow) : { document: flowFile, files: [] };
  const all = [...files, { name: 'flow.json', text: `${pretty(document)}\n` }].map(({ name, text }) => ({
    path: join(dir, name),
    text,
  }));
  const there = all.find(({ path: one }) => existsSync(one));
  if (there !== undefined && !o.force)
    return refused(
      [problem('file.exists', `${there.path} exists already`, { fix: 'Give another folder, or --force.' })],
      w.json,
    );
  for (const { path: file, text } of all) {
    try {
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
      return refused([problem('file.unwritable', `${file} cannot be written (${code})`)], w.json);
    }
  }
  const file = join(dir, 'flow.json');
  print(w.json ? pretty({ file, beside: files.map(({ name }) => name) }) : file);
  return DONE;
};

/** `needed`, or powers as STEP=POWER in the form the API takes. */
const grantOf = (texts: readonly string[]): { grant?: unknown } | { problem: Problem } => {
  if (texts.length === 0) return {};
  if (texts.length === 1 && texts[0] === 'needed') return { grant: 'needed' };
  const lent = texts.map((text) => ({
    step: text.slice(0, text.indexOf('=')),
    power: text.slice(text.indexOf('=') + 1),
  }));
  return texts.every((text) => /^(\*|[a-z][a-z0-9_]*)=./.test(text))
    ? { grant: lent }
    : {
        problem: problem('usage', 'expected "needed" alone, or powers as STEP=POWER', {
          at: { field: '--grant' },
          fix: 'For instance: --grant "fetch=net: GET api.github.com:443"',
        }),
      };
};

/** Publishes a draft; prints the version and the addresses of its webhooks. */
export const publishFlow = async (
  w: Where,
  flow: string,
  o: { grant: readonly string[]; note?: string; revision?: number },
): Promise<number> => {
  const lent = grantOf(o.grant);
  if ('problem' in lent) return refused([lent.problem], w.json);
  // Whoever saves the draft between this look and the publishing has not published what they wrote.
  const now = o.revision === undefined ? await w.client.call('GET', `/api/v1/flows/${id(flow)}`) : null;
  const revision = now?.ok === true ? rowOf(now.value)['revision'] : o.revision;
  const body = {
    ...lent,
    ...(revision === undefined ? {} : { revision }),
    ...(o.note === undefined ? {} : { note: o.note }),
  };
  return ask(w, 'POST', `/api/v1/flows/${id(flow)}/publish`, body, (v) =>
    [
      `version ${String(v['version'])}`,
      ...rowsOf(v, 'ended').map((e) => `ended  ${String(e['step'])}=${String(e['power'])}`),
      ...rowsOf(v, 'webhooks').map((h) => `${String(h['trigger'])}  ${String(h['url'])}`),
    ].join('\n'),
  );
};
