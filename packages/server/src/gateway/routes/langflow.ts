/**
 * The addresses that clients of Langflow ask. Runs, sessions and files of messages are our chats; flows, projects, secrets,
 * keys and files are asked of our own routes in the caller's name (mcp/inside.ts), so that they are judged as those are.
 */

import type { FastifyRequest } from 'fastify';
import { type ChatMessage, type Principal, readFlow } from '@headgate/core';
import { type Contract, ROUTES } from '@headgate/core/api';
import type { Body } from '../bodies.ts';
import { asking, byOf } from '../chats/asking.ts';
import type { KnownChats } from '../chats/known.ts';
import { fromTweaks, langflowMessage, langflowTelling, runOf } from '../chats/langflow.ts';
import { type Call, implement, type Route } from '../implement.ts';
import type { Lodge } from '../lodge.ts';
import { type Inside, insideFor } from '../mcp/inside.ts';
import { type AnyOutcome, give, isRefused, MISSING, nothing, refuse, type Refused } from '../outcome.ts';
import { readParts } from '../parts.ts';
import { PROJECT } from '../deps.ts';

/** Without a flow's name, so many chats and sessions are looked through. */
const CHATS = 20;
const SESSIONS = 50;
const MESSAGES = 100;
const OVERRIDE = 'x-langflow-global-var-';
const NO_OVERRIDE = refuse(
  'field.wrong',
  'Variables are not set by a header here',
  'Declare a field of the flow’s input.',
);
const overrides = ({ headers }: FastifyRequest): boolean =>
  Object.keys(headers).some((name) => name.startsWith(OVERRIDE));
const NO_LOGS = { detail: 'The log of this server is not given out' };

type Row = Readonly<Record<string, unknown>>;

/** A list in the body of one of our own answers. */
const rowsIn = (outcome: AnyOutcome, name: string): readonly Row[] | Refused => {
  if (isRefused(outcome)) return outcome;
  const body: unknown = 'body' in outcome ? outcome.body : null;
  const rows: unknown = typeof body === 'object' && body !== null ? Reflect.get(body, name) : null;
  return Array.isArray(rows) ? (rows as readonly Row[]) : [];
};

const textIn = (row: Row, name: string): string => String(row[name] ?? '');

/** The file that a form holds. */
const fileIn = (request: FastifyRequest) => {
  const body = request.body as Body | undefined;
  if (body === undefined) return refuse('body.text', 'The body has to be a form with the field `file`');
  if ('code' in body) return refuse(body.code);
  if (request.passage !== null) request.passage.release = body.release;
  const file = readParts(body.bytes, request.headers['content-type'] ?? '')?.files.find(
    ({ field }) => field === 'file',
  );
  return file ?? refuse('body.text', 'The body has to be a form with the field `file`');
};

const userFile = (row: Row) => {
  const path = textIn(row, 'path');
  return {
    ...{
      id: textIn(row, 'id'),
      name:
        path
          .split('/')
          .at(-1)
          ?.replace(/\.[^.]*$/, '') ?? path,
      path,
    },
    ...{ size: Number(row['size']), provider: null },
    ...{ created_at: textIn(row, 'created'), updated_at: textIn(row, 'updated') },
  };
};

export const langflowRoutes = (
  lodge: Lodge,
  known: KnownChats,
  routeOf: (contract: Contract) => Route,
): readonly Route[] => {
  const { gate } = lodge;
  const { chat } = gate.engine;
  const { whole, stream } = asking(lodge);
  const inside = (who: Principal, request: FastifyRequest): Inside => insideFor(lodge, routeOf, who, request);

  const run = async ({ who, params, query, body, request }: Call<typeof ROUTES.langflowRun>) => {
    const found = await known.find(who, params.id);
    if (found === null) return MISSING;
    if (overrides(request)) return NO_OVERRIDE;
    const { input_value: message = '', session_id: session, tweaks } = body.input_request ?? body;
    const more = {
      ...(session === null || session === undefined ? {} : { session }),
      ...fromTweaks(tweaks ?? {}),
      message,
    };
    if (query.stream === 'true') {
      const lines = request.headers.accept?.includes('text/event-stream') !== true;
      const telling = (sent: Parameters<typeof langflowTelling>[0]) => langflowTelling(sent, found.flow, lines);
      return stream(who, found.flow, more, request, telling, lines ? 'lines' : 'events');
    }
    const sent = await whole(who, found.flow, more, request);
    if ('refused' in sent) return sent;
    return give(200, runOf(sent, { flow: found.flow, session: sent.session }, sent.reply.text ?? ''));
  };

  /** One after the other: a later message knows what an earlier one was answered. What fails ends it. */
  const runAdvanced = async ({ who, params, body, request }: Call<typeof ROUTES.langflowRunAdvanced>) => {
    const found = await known.find(who, params.id);
    if (found === null) return MISSING;
    if (overrides(request)) return NO_OVERRIDE;
    const tweaks = fromTweaks(body.tweaks ?? {});
    const outputs: unknown[] = [];
    let shared = body.session_id ?? null;
    for (const { input_value: message, session } of body.inputs) {
      // Who left wants no more runs.
      if (request.raw.socket.destroyed) return refuse('chat.slow');
      const named = session ?? shared;
      const sent = await whole(
        who,
        found.flow,
        { ...(named === null ? {} : { session: named }), ...tweaks, message },
        request,
      );
      if ('refused' in sent) return sent;
      shared ??= sent.session;
      outputs.push(...runOf(sent, { flow: found.flow, session: sent.session }, sent.reply.text ?? '').outputs);
    }
    return give(200, { session_id: shared ?? '', outputs });
  };

  const upload = async ({ who, params, request }: Call<typeof ROUTES.langflowUploadForFlow>) => {
    const found = await known.find(who, params.id);
    if (found === null) return MISSING;
    const file = fileIn(request);
    if ('refused' in file) return file;
    const kept = await chat.keep(byOf(who, found.flow), file);
    return kept.ok ? give(201, { flowId: found.flow, file_path: kept.value.path }) : { refused: kept.problem };
  };

  /** As `putFile` does, of a file that came in a form. */
  const putFile = async ({ who, request }: Call<typeof ROUTES.langflowUploadFile>) => {
    const turned = await lodge.places.judgeProject(who, 'file.write', PROJECT);
    if (turned !== undefined) return turned === 'missing' ? MISSING : refuse(turned);
    const file = fileIn(request);
    if ('refused' in file) return file;
    const room = gate.engine.files.room(who.workspace);
    try {
      const full = room.more(file.bytes.length);
      if (full !== null) return { refused: full };
      const { files } = gate.store.in(who.workspace);
      const name =
        file.name
          .replaceAll(/[^\p{L}\p{N}._-]+/gu, '_')
          .replace(/^[._]+|[._]+$/g, '')
          .slice(-100) || 'file';
      const sink = files.sink();
      await sink.add(file.bytes);
      const row = await files.put({
        ...{ id: gate.newId('file_'), project: PROJECT, path: `uploads/${gate.newId()}-${name}`, type: file.type },
        ...{ content: await sink.end(), by: who.user ?? who.id, at: gate.clock() },
      });
      if (typeof row === 'string') return MISSING;
      const { id, path, size } = row;
      return give(201, { id, name: name.replace(/\.[^.]*$/, ''), path, size, provider: null });
    } finally {
      room.end();
    }
  };

  const listFiles = async ({ who, request }: Call<typeof ROUTES.langflowUserFiles>) => {
    const rows = rowsIn(await inside(who, request)(ROUTES.listFiles, { query: { limit: '500' } }), 'files');
    return 'refused' in rows ? rows : give(200, rows.map(userFile));
  };

  const chatsFor = async (who: Principal, flow: string | undefined) => {
    if (flow === undefined) return (await known.of(who)).slice(0, CHATS);
    const found = await known.find(who, flow);
    return found === null ? [] : [found];
  };

  const sessionsOf = async (who: Principal, flow: string): Promise<readonly string[]> => {
    const found = await chat.sessions(byOf(who, flow), SESSIONS);
    return found.ok ? found.value.map(({ session }) => session) : [];
  };

  const messagesOf = async (who: Principal, flow: string, session: string, limit: number) => {
    const found: readonly ChatMessage[] = (await chat.messages(byOf(who, flow), session, limit)) ?? [];
    return found.filter(({ state }) => state !== 'pending').map((one) => langflowMessage(one, { flow, session }));
  };

  const messages = async ({ who, query }: Call<typeof ROUTES.langflowMessages>) => {
    const all = [];
    for (const { flow } of await chatsFor(who, query.flow_id)) {
      const sessions = query.session_id === undefined ? await sessionsOf(who, flow) : [query.session_id];
      for (const session of sessions) all.push(...(await messagesOf(who, flow, session, query.limit ?? MESSAGES)));
    }
    const { sender, sender_name } = query;
    const wanted = all.filter(
      (one) =>
        (sender === undefined || one.sender === sender) &&
        (sender_name === undefined || one.sender_name === sender_name),
    );
    return give(200, wanted);
  };

  const sessions = async ({ who, query }: Call<typeof ROUTES.langflowMessageSessions>) => {
    const all = new Set<string>();
    for (const { flow } of await chatsFor(who, query.flow_id))
      for (const session of await sessionsOf(who, flow)) all.add(session);
    const names: string[] = [...all];
    return give(200, names);
  };

  const rename = async ({ who, params, query }: Call<typeof ROUTES.langflowRenameMessages>) => {
    for (const { flow } of await chatsFor(who, query.flow_id)) {
      const done = await chat.renew(byOf(who, flow), params.session, query.new_session_id);
      if (done === 'taken') return refuse('chat.taken');
      if (done === 'done') return give(200, await messagesOf(who, flow, query.new_session_id, MESSAGES));
    }
    return MISSING;
  };

  const remove = async ({ who, params, query }: Call<typeof ROUTES.langflowDeleteMessages>) => {
    for (const { flow } of await chatsFor(who, query.flow_id))
      if (await chat.remove(byOf(who, flow), params.session)) return nothing();
    return MISSING;
  };

  const variables = async ({ who, request }: Call<typeof ROUTES.langflowVariables>) => {
    const rows = rowsIn(await inside(who, request)(ROUTES.listSecrets, {}), 'secrets');
    if ('refused' in rows) return rows;
    const shown = rows.map((row) => ({ id: textIn(row, 'name'), name: textIn(row, 'name') }));
    return give(
      200,
      shown.map((one) => ({ ...one, type: 'Credential' as const, value: null, default_fields: [] })),
    );
  };

  const apiKeys = async ({ who, request }: Call<typeof ROUTES.langflowApiKeys>) => {
    const rows = rowsIn(await inside(who, request)(ROUTES.listOwnKeys, {}), 'keys');
    if ('refused' in rows) return rows;
    const shown = rows.map((row) => ({
      ...{ id: row['id'], name: row['name'], api_key: 'hg_*****', is_active: row['revoked'] === null },
      ...{ created_at: row['created'], last_used_at: row['used'], total_uses: null },
    }));
    return give(200, { total_count: shown.length, user_id: who.user ?? null, api_keys: shown });
  };

  const flowShown = (row: Row, models: ReadonlyMap<string, string | null>) => ({
    ...{ id: textIn(row, 'id'), name: textIn(row, 'name'), description: null, is_component: false as const },
    ...{ folder_id: textIn(row, 'project'), updated_at: textIn(row, 'updated') },
    endpoint_name: models.get(textIn(row, 'id')) ?? null,
  });
  const modelsOf = async (who: Principal) =>
    new Map((await known.of(who)).map(({ flow, model }): [string, string | null] => [flow, model]));

  const flows = async ({ who, query, request }: Call<typeof ROUTES.langflowFlows>) => {
    const narrowed = query.folder_id === undefined ? {} : { project: query.folder_id };
    const asked = { limit: '200', ...narrowed };
    const rows = rowsIn(await inside(who, request)(ROUTES.listFlows, { query: asked }), 'flows');
    if ('refused' in rows) return rows;
    const models = await modelsOf(who);
    return give(
      200,
      rows.map((row) => flowShown(row, models)),
    );
  };

  const oneFlow = async ({ who, params }: Call<typeof ROUTES.langflowOneFlow>) => {
    const turned = await lodge.places.judge(who, 'flow.read', 'flow', params.id);
    if (turned !== undefined) return turned === 'missing' ? MISSING : refuse(turned);
    const row = await gate.store.in(who.workspace).flows.get(params.id);
    if (row === null) return MISSING;
    const { id, name, project, updated } = row;
    const shown = { id, name, project, updated: new Date(updated).toISOString() };
    return give(200, flowShown(shown, await modelsOf(who)));
  };

  const projects = async ({ who, request }: Call<typeof ROUTES.langflowProjects>) => {
    const rows = rowsIn(await inside(who, request)(ROUTES.listProjects, {}), 'projects');
    if ('refused' in rows) return rows;
    const shown = rows.map((row) => ({ id: textIn(row, 'id'), name: textIn(row, 'name') }));
    return give(
      200,
      shown.map((one) => ({ ...one, description: '', parent_id: null })),
    );
  };

  /** The first webhook of what is published of a flow. */
  const hookOf = async ({ workspace }: Principal, flow: string) => {
    const { flows: known } = gate.store.in(workspace);
    const latest = (await known.get(flow))?.version ?? null;
    const read = latest === null ? null : readFlow((await known.version(flow, latest))?.doc);
    const trigger = read?.ok === true ? read.flow.triggers?.find(({ kind }) => kind === 'webhook@1') : undefined;
    return (await known.hooks(flow)).find((one) => one.trigger === trigger?.id) ?? null;
  };

  const webhook = async ({ who, params, request }: Call<typeof ROUTES.langflowWebhook>) => {
    const turned = await lodge.places.judge(who, 'run', 'flow', params.id);
    if (turned !== undefined) return turned === 'missing' ? MISSING : refuse(turned);
    const body = request.body as Body | undefined;
    if (body !== undefined && 'code' in body) return refuse(body.code);
    if (body !== undefined && request.passage !== null) request.passage.release = body.release;
    const hook = await hookOf(who, params.id);
    if (hook === null) return refuse('hook.none');
    const raw = body?.bytes ?? new Uint8Array();
    const { method } = request;
    // The credential is for this door, and no business of the flow.
    const { authorization: _, 'x-api-key': __, cookie: ___, ...headers } = request.headers;
    const answer = await gate.engine.hook({ token: hook.token, method, path: '', query: {}, headers, raw });
    if (answer.status > 299) return refuse('hook.refused', `The webhook answered ${answer.status}`);
    const started = /^\{"run":"([a-z0-9]+)"\}$/.exec(answer.body)?.[1] ?? null;
    return give(202, { message: 'Task started in the background', status: 'in progress' as const, run: started });
  };

  const health = async () => {
    const lacking = gate.engine.ready();
    if (lacking.length === 0) return give(200, { status: 'ok' as const, chat: 'ok' as const, db: 'ok' as const });
    return give(500, { status: 'nok' as const, chat: 'ok', db: lacking.join('; ') });
  };
  const version = () => give(200, { version: gate.version, main_version: gate.version, package: 'Headgate' as const });
  const logs = () => give(501, NO_LOGS);

  return [
    implement(ROUTES.langflowRun, run),
    implement(ROUTES.langflowRunMounted, run),
    implement(ROUTES.langflowRunAdvanced, runAdvanced),
    implement(ROUTES.langflowRunAdvancedMounted, runAdvanced),
    implement(ROUTES.langflowWebhook, webhook),
    implement(ROUTES.langflowUploadForFlow, upload),
    implement(ROUTES.langflowUploadForFlowMounted, upload),
    implement(ROUTES.langflowUploadFile, putFile),
    implement(ROUTES.langflowUploadFileMounted, putFile),
    implement(ROUTES.langflowUploadFileSlashed, putFile),
    implement(ROUTES.langflowUserFiles, listFiles),
    implement(ROUTES.langflowUserFilesMounted, listFiles),
    implement(ROUTES.langflowUserFilesSlashed, listFiles),
    implement(ROUTES.langflowDeleteUserFile, async ({ who, params }) => {
      const turned = await lodge.places.judgeProject(who, 'file.write', PROJECT);
      if (turned !== undefined) return turned === 'missing' ? MISSING : refuse(turned);
      const gone = await gate.store.in(who.workspace).files.remove(PROJECT, params.id);
      return gone === null ? MISSING : nothing();
    }),
    implement(ROUTES.langflowMessages, messages),
    implement(ROUTES.langflowMessagesMounted, messages),
    implement(ROUTES.langflowMessageSessions, sessions),
    implement(ROUTES.langflowMessageSessionsMounted, sessions),
    implement(ROUTES.langflowRenameMessages, rename),
    implement(ROUTES.langflowRenameMessagesMounted, rename),
    implement(ROUTES.langflowDeleteMessages, remove),
    implement(ROUTES.langflowDeleteMessagesMounted, remove),
    implement(ROUTES.langflowVariables, variables),
    implement(ROUTES.langflowVariablesSlashed, variables),
    implement(ROUTES.langflowApiKeys, apiKeys),
    implement(ROUTES.langflowApiKeysSlashed, apiKeys),
    implement(ROUTES.langflowFlows, flows),
    implement(ROUTES.langflowFlowsSlashed, flows),
    implement(ROUTES.langflowOneFlow, oneFlow),
    implement(ROUTES.langflowProjects, projects),
    implement(ROUTES.langflowProjectsSlashed, projects),
    implement(ROUTES.langflowHealthCheck, health),
    implement(ROUTES.langflowHealthCheckMounted, health),
    implement(ROUTES.langflowVersion, version),
    implement(ROUTES.langflowVersionMounted, version),
    implement(ROUTES.langflowLogs, logs),
    implement(ROUTES.langflowLogsMounted, logs),
    implement(ROUTES.langflowLogStream, logs),
    implement(ROUTES.langflowLogStreamMounted, logs),
  ];
};
