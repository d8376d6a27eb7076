/**
 * The addresses that clients of Langflow (and of its fork SkillFlaw) ask, below `/api/langflow`, and at the root where nothing
 * of ours stands. They are the same doors as our own, in other words: a flow with a chat trigger is what they run.
 *
 * LF1 Deliberately otherwise than there: a key comes in a header alone; a body that does not fit is refused; nobody shares a
 *     session; a tweak is a field that the flow declares as its input, and no other; no variable tells its value.
 * LF2 A refusal is `{"detail": …}`, with our statuses.
 */

import { z } from 'zod';
import { sessionName } from './chat.ts';
import { type Contract, empty, route } from './route.ts';
import { count, json, time } from './shapes.ts';

const tags = ['langflow'] as const;
const MOUNT = '/api/langflow';

const called = z.strictObject({
  id: z.string().min(1).max(200).describe('A flow by its id, the name of its model, or its name'),
});
const problems = [
  'missing',
  'chat.none',
  'chat.slow',
  'chat.full',
  'chat.file',
  'flow.disabled',
  'requests.limit',
  'streams.limit',
] as const;

const kind = z.enum(['chat', 'text', 'any', 'debug']);
const flat = z.strictObject({
  input_value: z.string().min(1).max(100_000),
  input_type: kind.optional(),
  output_type: kind.optional(),
  output_component: z.string().max(200).nullish(),
  session_id: sessionName.nullish(),
  tweaks: z
    .record(z.string(), json)
    .nullish()
    .describe(
      'Fields that the flow’s `input` declares, bare or below the name of a component; `files`: paths of uploaded files',
    ),
});

export const run = route({
  method: 'POST',
  path: '/api/v1/run/{id}',
  needs: 'run',
  on: 'any',
  params: called,
  query: z.strictObject({ stream: z.enum(['true', 'false']).optional() }),
  body: flat
    .partial()
    .extend({ input_request: flat.optional().describe('The same, wrapped') })
    .refine((body) => (body.input_value === undefined) !== (body.input_request === undefined), {
      path: ['input_value'],
      message: 'expected either `input_value` or `input_request`',
    }),
  answers: {
    200: z.strictObject({ session_id: z.string(), outputs: z.array(json) }),
  },
  problems,
  summary: 'Run a flow as Langflow does. With `stream=true` lines of JSON; server-sent events for who accepts these',
  tags,
});
export type LangflowRun = z.output<typeof flat>;

/** Messages one after the other, each answered in its place. */
export const runAdvanced = route({
  method: 'POST',
  path: '/api/v1/run/advanced/{id}',
  needs: 'run',
  on: 'any',
  params: called,
  body: z.strictObject({
    inputs: z
      .array(
        z.strictObject({
          input_value: flat.shape.input_value,
          components: z.array(z.string().max(200)).max(20).nullish(),
          type: kind.nullish(),
          session: sessionName.nullish(),
        }),
      )
      .min(1)
      .max(20),
    outputs: z.array(z.string().max(200)).max(20).nullish(),
    tweaks: flat.shape.tweaks,
    stream: z.literal(false).nullish(),
    session_id: flat.shape.session_id,
  }),
  answers: {
    200: z.strictObject({ session_id: z.string(), outputs: z.array(json) }),
  },
  problems,
  summary:
    'Run a flow for several messages, one after the other, as Langflow does; they share a session unless they name one',
  tags,
});

export const webhook = route({
  method: 'POST',
  path: `${MOUNT}/api/v1/webhook/{id}`,
  needs: 'run',
  on: 'any',
  params: z.strictObject({ id: z.string().min(1).max(200).describe('A flow by its id') }),
  bodyKind: 'raw',
  answers: {
    202: z.strictObject({ message: z.string(), status: z.literal('in progress'), run: z.string().nullable() }),
  },
  problems: ['missing', 'hook.none', 'hook.refused', 'body.size', 'body.busy'],
  summary: 'Start a flow by its webhook trigger, in the background',
  tags,
});

export const uploadForFlow = route({
  method: 'POST',
  path: '/api/v1/files/upload/{id}',
  needs: 'run',
  on: 'any',
  params: called,
  bodyKind: 'raw',
  answers: { 201: z.strictObject({ flowId: z.string(), file_path: z.string() }) },
  problems: [...problems, 'body.size', 'body.busy', 'body.text', 'chat.kind', 'chat.size'],
  summary: 'Send a file for a message, as a form with the field `file`',
  tags,
});

const userFile = z.strictObject({
  id: z.string(),
  name: z.string(),
  path: z.string(),
  size: z.int(),
  provider: z.null(),
  created_at: time.optional(),
  updated_at: time.optional(),
});

export const uploadFile = route({
  method: 'POST',
  path: '/api/v2/files',
  needs: 'file.write',
  on: 'any',
  bodyKind: 'raw',
  answers: { 201: userFile },
  problems: ['missing', 'permission.missing', 'body.size', 'body.busy', 'body.text', 'quota.bytes', 'disk.full'],
  summary: 'Put a file into the project `default`, as a form with the field `file`',
  tags,
  audited: 'after',
});

export const userFiles = route({
  method: 'GET',
  path: '/api/v2/files',
  needs: 'file.read',
  on: 'any',
  answers: { 200: z.array(userFile) },
  problems: ['permission.missing'],
  summary: 'The files of the project `default`',
  tags,
});

export const deleteUserFile = route({
  method: 'DELETE',
  path: `${MOUNT}/api/v2/files/{id}`,
  needs: 'file.write',
  on: 'any',
  params: called,
  answers: { 204: empty('Deleted') },
  problems: ['missing', 'permission.missing'],
  summary: 'Delete a file of the project `default`',
  tags,
  audited: 'after',
});

const ofMessages = {
  flow_id: z.string().max(200).optional(),
  session_id: sessionName.optional(),
};
const langflowMessage = z.record(z.string(), json).describe('A message as Langflow has it');

export const messages = route({
  method: 'GET',
  path: '/api/v1/monitor/messages',
  needs: 'run',
  on: 'any',
  query: z.strictObject({
    ...ofMessages,
    sender: z.enum(['User', 'Machine']).optional(),
    sender_name: z.string().max(200).optional(),
    order_by: z.literal('timestamp').optional(),
    limit: count(500).optional(),
  }),
  answers: { 200: z.array(langflowMessage) },
  summary: 'What was said in the caller’s own sessions',
  tags,
});

export const messageSessions = route({
  method: 'GET',
  path: '/api/v1/monitor/messages/sessions',
  needs: 'run',
  on: 'any',
  query: z.strictObject({ flow_id: z.string().max(200).optional() }),
  answers: { 200: z.array(z.string()) },
  summary: 'The caller’s own sessions',
  tags,
});

const bySession = z.strictObject({ session: sessionName });

export const renameMessages = route({
  method: 'PATCH',
  path: '/api/v1/monitor/messages/session/{session}',
  needs: 'run',
  on: 'any',
  params: bySession,
  query: z.strictObject({ new_session_id: sessionName, flow_id: z.string().max(200).optional() }),
  answers: { 200: z.array(langflowMessage) },
  problems: ['missing', 'chat.taken'],
  summary: 'Give one of the caller’s own sessions another name',
  tags,
});

export const deleteMessages = route({
  method: 'DELETE',
  path: '/api/v1/monitor/messages/session/{session}',
  needs: 'run',
  on: 'any',
  params: bySession,
  query: z.strictObject({ flow_id: z.string().max(200).optional() }),
  answers: { 204: empty('It is gone') },
  problems: ['missing'],
  summary: 'Delete one of the caller’s own sessions',
  tags,
});

export const variables = route({
  method: 'GET',
  path: `${MOUNT}/api/v1/variables`,
  needs: 'secret.write',
  on: 'any',
  answers: {
    200: z.array(
      z.strictObject({
        id: z.string(),
        name: z.string(),
        type: z.literal('Credential'),
        value: z.null(),
        default_fields: z.array(z.string()),
      }),
    ),
  },
  problems: ['permission.missing'],
  summary: 'The secrets of the project `default` by name, as variables without a value',
  tags,
});

export const apiKeys = route({
  method: 'GET',
  path: `${MOUNT}/api/v1/api_key`,
  needs: 'key.own',
  on: 'any',
  answers: {
    200: z.strictObject({
      total_count: z.int(),
      user_id: z.string().nullable(),
      api_keys: z.array(z.record(z.string(), json)),
    }),
  },
  summary: 'The caller’s own keys, without the keys themselves',
  tags,
});

const langflowFlow = z.strictObject({
  id: z.string(),
  name: z.string(),
  description: z.string().nullable(),
  endpoint_name: z.string().nullable(),
  is_component: z.literal(false),
  folder_id: z.string(),
  updated_at: time,
});

export const flows = route({
  method: 'GET',
  path: `${MOUNT}/api/v1/flows`,
  needs: 'flow.read',
  on: 'any',
  query: z.strictObject({
    get_all: z.enum(['true', 'false']).optional(),
    header_flows: z.enum(['true', 'false']).optional(),
    remove_example_flows: z.enum(['true', 'false']).optional(),
    folder_id: z.string().max(64).optional(),
  }),
  answers: { 200: z.array(langflowFlow) },
  summary: 'The flows that the caller sees, 200 at most',
  tags,
});

export const oneFlow = route({
  method: 'GET',
  path: `${MOUNT}/api/v1/flows/{id}`,
  needs: 'flow.read',
  on: 'any',
  params: called,
  answers: { 200: langflowFlow },
  problems: ['missing'],
  summary: 'One flow of those that the caller sees',
  tags,
});

export const projects = route({
  method: 'GET',
  path: `${MOUNT}/api/v1/projects`,
  needs: 'flow.read',
  on: 'any',
  answers: {
    200: z.array(z.strictObject({ id: z.string(), name: z.string(), description: z.string(), parent_id: z.null() })),
  },
  summary: 'The projects that the caller holds something in',
  tags,
});

export const healthCheck = route({
  method: 'GET',
  path: '/health_check',
  needs: 'none:load balancers and supervisors ask it, and it says nothing but that all parts work',
  on: 'nobody',
  answers: {
    200: z.strictObject({ status: z.literal('ok'), chat: z.literal('ok'), db: z.literal('ok') }),
    500: z.strictObject({ status: z.literal('nok'), chat: z.string(), db: z.string() }),
  },
  summary: 'Do all parts work?',
  tags,
});

export const version = route({
  method: 'GET',
  path: '/api/v1/version',
  needs: 'flow.read',
  on: 'any',
  answers: { 200: z.strictObject({ version: z.string(), main_version: z.string(), package: z.literal('Headgate') }) },
  summary: 'The version of this server',
  tags,
});

export const logs = route({
  method: 'GET',
  path: '/logs',
  needs: 'none:there is nothing behind it, and it says so',
  on: 'nobody',
  query: z.strictObject({
    timestamp: z.string().optional(),
    lines_before: z.string().optional(),
    lines_after: z.string().optional(),
  }),
  answers: { 501: z.strictObject({ detail: z.string() }) },
  summary: 'The log is no business of clients: this says that it is not given out',
  tags,
});

export const logStream = route({
  method: 'GET',
  path: '/logs-stream',
  needs: 'none:there is nothing behind it, and it says so',
  on: 'nobody',
  query: z.strictObject({ stream: z.string().optional() }),
  answers: { 501: z.strictObject({ detail: z.string() }) },
  summary: 'As /logs, for who would follow it',
  tags,
});

/** The same below `/api/langflow`. */
const mounted = <C extends Contract>(contract: C): C => ({ ...contract, path: `${MOUNT}${contract.path}` });
/** The same with a slash at the end, as some clients write it. */
const slashed = <C extends Contract>(contract: C): C => ({ ...contract, path: `${contract.path}/` });

export const runMounted = mounted(run);
export const runAdvancedMounted = mounted(runAdvanced);
export const uploadForFlowMounted = mounted(uploadForFlow);
export const uploadFileMounted = mounted(uploadFile);
export const uploadFileSlashed = slashed(uploadFile);
export const userFilesMounted = mounted(userFiles);
export const userFilesSlashed = slashed(userFiles);
export const messagesMounted = mounted(messages);
export const messageSessionsMounted = mounted(messageSessions);
export const renameMessagesMounted = mounted(renameMessages);
export const deleteMessagesMounted = mounted(deleteMessages);
export const variablesSlashed = slashed(variables);
export const apiKeysSlashed = slashed(apiKeys);
export const flowsSlashed = slashed(flows);
export const projectsSlashed = slashed(projects);
export const healthCheckMounted = mounted(healthCheck);
export const versionMounted = mounted(version);
export const logsMounted = mounted(logs);
export const logStreamMounted = mounted(logStream);
