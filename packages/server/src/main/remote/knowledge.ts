/** `headgate knowledge …`: the knowledge bases of a running server. A base is named by its name or its id. */

import { problem } from '@headgate/core';
import { complain, FAILED } from '../say.ts';
import { ask, id, query, refused, rowOf, rowsOf, table, type Where } from './ask.ts';

type Of = { readonly project: string };

/** The id of the base that is meant; an exit code: there is none, and that was said. */
const baseOf = async (w: Where, name: string, { project }: Of): Promise<string | number> => {
  const all = await w.client.call('GET', `/api/v1/knowledge${query({ project })}`, undefined);
  if (!all.ok) return refused(all.problems, w.json);
  const found = rowsOf(all.value, 'bases').find((row) => row['name'] === name || row['id'] === name);
  if (typeof found?.['id'] === 'string') return found['id'];
  const fix = '`headgate knowledge list` shows them; a key sees its own workspace alone.';
  complain([problem('knowledge.missing', 'There is no knowledge base of this name', { fix })], w.json);
  return FAILED;
};

const shown = (row: ReturnType<typeof rowOf>) => {
  const { waiting, ready, failed } = rowOf(row['documents']);
  const state = row['paused'] === true ? 'stopped' : row['working'] === true ? 'working' : 'ready';
  return { ...row, state, waiting, ready, failed };
};
const COLUMNS = ['name', 'id', 'model', 'state', 'ready', 'waiting', 'failed', 'pieces'];

/** Lists bases: how many documents of each are read, and how many wait or failed. */
export const listKnowledge = (w: Where, { project }: Of): Promise<number> =>
  ask(w, 'GET', `/api/v1/knowledge${query({ project })}`, undefined, (v) =>
    table(rowsOf(v, 'bases').map(shown), COLUMNS),
  );

/** Prints what a question finds, each piece under where it stands. */
export const searchKnowledge = async (
  w: Where,
  name: string,
  question: string,
  { top, ...of }: Of & { readonly top?: number },
): Promise<number> => {
  const base = await baseOf(w, name, of);
  if (typeof base === 'number') return base;
  const body = { question, ...(top === undefined ? {} : { top }) };
  return ask(w, 'POST', `/api/v1/knowledge/${id(base)}/search${query(of)}`, body, (v) =>
    rowsOf(v, 'hits')
      .map((hit) => {
        const { path, page, heading, row } = rowOf(hit['citation']);
        const where = [
          String(path),
          ...(typeof page === 'number' ? [`page ${page}`] : []),
          ...(typeof heading === 'string' ? [heading] : []),
          ...(typeof row === 'number' ? [`row ${row}`] : []),
        ];
        return `${Number(hit['score']).toFixed(2)}  ${where.join(', ')}\n${String(hit['text'])}`;
      })
      .join('\n\n'),
  );
};

/** Looks at the sources of a base now, reads all of it anew, stops or goes on. */
export const indexKnowledge = async (w: Where, name: string, act: string, of: Of): Promise<number> => {
  const base = await baseOf(w, name, of);
  if (typeof base === 'number') return base;
  return ask(w, 'POST', `/api/v1/knowledge/${id(base)}/index${query(of)}`, { do: act }, (v) =>
    table([shown(v)], COLUMNS),
  );
};

/** Has a base read a site. */
export const addSite = async (
  w: Where,
  name: string,
  url: string,
  { origin: origins, ...more }: Readonly<Record<string, unknown>>,
  { project }: Of,
): Promise<number> => {
  const base = await baseOf(w, name, { project });
  if (typeof base === 'number') return base;
  const limits = ['prefix', 'pages', 'depth', 'pageBytes', 'bytes', 'every'].flatMap((field) =>
    more[field] === undefined ? [] : [[field, more[field]] as const],
  );
  const spec = { kind: 'url', url, ...(origins === undefined ? {} : { origins }), ...Object.fromEntries(limits) };
  return ask(w, 'POST', `/api/v1/knowledge/${id(base)}/sources${query({ project })}`, spec, (v) =>
    table([siteRow(rowOf(v))], SITE),
  );
};

const siteRow = (row: ReturnType<typeof rowOf>) => {
  const reading = rowOf(row['reading']);
  const why = rowOf(row['problem'])['text'];
  return { ...row, ...reading, id: row['id'], url: rowOf(row['spec'])['url'], why: why ?? '' };
};
const SITE = ['url', 'id', 'state', 'waiting', 'read', 'same', 'skipped', 'gone', 'failed', 'why'];

/** Lists the sites that a base reads, and how far each is. */
export const listSites = async (w: Where, name: string, of: Of): Promise<number> => {
  const base = await baseOf(w, name, of);
  if (typeof base === 'number') return base;
  return ask(w, 'GET', `/api/v1/knowledge/${id(base)}${query(of)}`, undefined, (v) =>
    table(
      rowsOf(v, 'sources')
        .filter(({ spec }) => rowOf(spec)['kind'] === 'url')
        .map(siteRow),
      SITE,
    ),
  );
};

/** Takes a site out of a base, with what was read of it. */
export const removeSite = async (w: Where, name: string, source: string, of: Of): Promise<number> => {
  const base = await baseOf(w, name, of);
  if (typeof base === 'number') return base;
  const place = `/api/v1/knowledge/${id(base)}/sources${query({ ...of, source })}`;
  return ask(w, 'DELETE', place, undefined, () => `The site ${source} is out of the base.`);
};

/** Lists the pages of the sites of a base: what was read, what was passed over and why. */
export const sitePages = async (w: Where, name: string, state: string | undefined, of: Of): Promise<number> => {
  const base = await baseOf(w, name, of);
  if (typeof base === 'number') return base;
  const asked = query({ ...of, limit: '200', ...(state === undefined ? {} : { state }) });
  return ask(w, 'GET', `/api/v1/knowledge/${id(base)}/pages${asked}`, undefined, (v) =>
    table(
      rowsOf(v, 'pages').map((row) => ({ ...row, why: rowOf(row['problem'])['text'] ?? '' })),
      ['state', 'url', 'bytes', 'why'],
    ),
  );
};
