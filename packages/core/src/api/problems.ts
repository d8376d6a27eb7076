/**
 * Every code a Problem may carry over HTTP, with its status and the sentence that explains it: one table, from which
 * docs/problems.md is generated.
 *
 * A code is for programs and never changes its meaning; texts are for people and may be bettered.
 *
 * PR1 Whatever is not in the table and comes from the engine as data is an expected failure of the caller's request: 422.
 * PR2 An object of another workspace, an object out of the key's scope and an id that never existed all give `missing`,
 *     with the same words (AZ-01).
 */

import { FLOW_PROBLEMS } from './flow-problems.ts';

type Entry = { readonly status: number; readonly when: string };

const api = {
  'auth.missing': { status: 401, when: 'No API key and no session came with a request that needs one.' },
  'workspace.none': {
    status: 403,
    when: 'The account is a member of no workspace, or no more of the one it chose.',
  },
  'auth.invalid': { status: 401, when: 'The key is unknown, revoked or expired.' },
  'auth.ambiguous': { status: 400, when: 'Two different credentials came with one request.' },
  'auth.query': { status: 400, when: 'A credential stood in the address, where logs and histories keep it.' },
  'auth.limit': { status: 429, when: 'Too many wrong keys, passwords or codes came in the last minutes.' },
  'auth.wrong': {
    status: 401,
    when: 'Address and password, the code, or the passkey do not fit; which of them, and why, is not told.',
  },
  'auth.busy': { status: 503, when: 'Too many passwords are being judged at this moment; try again shortly.' },
  'auth.pending': { status: 403, when: 'The account waits for the approval of an administrator.' },
  'auth.stale': { status: 403, when: 'This needs the password, or a sign-in of the last minutes.' },
  'factor.needed': {
    status: 403,
    when: 'Two factors are insisted on here, and the session began with a password alone: set up codes, or sign in with a passkey.',
  },
  'account.held': {
    status: 403,
    when: 'An administrator made a new way in to the account: until somebody of a workspace says it is the person, it adds no other.',
  },
  'password.weak': { status: 422, when: 'The password is too short, or one of those that are tried first.' },
  'email.wrong': { status: 422, when: 'The text is no e-mail address.' },
  'link.unknown': { status: 404, when: 'The link does not work: it was used, its time is over, or it never existed.' },
  'mail.off': { status: 409, when: 'No mail is set up, so no link can be sent; an administrator can hand one over.' },
  'signup.closed': { status: 403, when: 'Nobody can make an account here by themselves.' },
  'sso.off': { status: 409, when: 'No provider is set up to sign in with.' },
  'sso.failed': { status: 401, when: 'Signing in with the provider did not work; the log says why.' },
  'user.last': { status: 409, when: 'Somebody has to be left who manages the instance.' },
  'service.taken': { status: 409, when: 'A service that comes with the server has this name.' },
  'model.full': { status: 409, when: 'The workspace has as many providers of models as it may.' },
  'model.file': {
    status: 422,
    when: 'What is to be a model of the server is none, or has another checksum, or did not come.',
  },
  'model.taken': { status: 409, when: 'The server has a model of this name.' },
  'service.used': { status: 409, when: 'Flows use the service, by their draft or by a version that runs.' },
  'service.full': { status: 409, when: 'The workspace describes as many services as it may.' },
  'permission.missing': { status: 403, when: 'The key is valid and lacks the permission this needs.' },
  'origin.foreign': { status: 403, when: 'A page of another site tried to change something.' },
  'host.unknown': { status: 421, when: 'The Host header names a host this server does not answer for.' },
  'url.wrong': { status: 400, when: 'The address cannot be read: broken encoding, or a full URL.' },
  'headers.ambiguous': {
    status: 400,
    when: 'A header that may come once came twice, or the body comes in an encoding that servers read differently.',
  },
  'route.missing': { status: 404, when: 'No route has this address.' },
  'route.method': {
    status: 405,
    when: 'The route exists and does not know this method; `Allow` lists those it knows.',
  },
  missing: { status: 404, when: 'There is no such object for this key.' },
  'body.size': { status: 413, when: 'The body is larger than the route takes.' },
  'body.type': { status: 415, when: 'The body has a media type the route does not read.' },
  'body.text': { status: 400, when: 'The body is no UTF-8 text, or ended early.' },
  'body.busy': { status: 503, when: 'Bodies in flight fill the memory set aside for them; try again shortly.' },
  'file.taken': {
    status: 409,
    when: 'There is a file of this path already, or it has another version than the one that was named.',
  },
  'file.size': { status: 413, when: 'The file is larger than a file may be.' },
  'file.range': { status: 416, when: 'The file has no such range; only one range of bytes is given at a time.' },
  'file.hidden': {
    status: 409,
    when: 'In or around this range stands what the guard hides: a part of it would show it. Download the file whole.',
  },
  'table.taken': { status: 409, when: 'The project has a table of this name already.' },
  'table.many': { status: 409, when: 'The project has as many tables as a project may have.' },
  'table.rows': { status: 409, when: 'The table has as many rows as a table may have.' },
  'table.column': { status: 422, when: 'The table has no such column, or a column cannot be like that.' },
  'table.value': { status: 422, when: 'A column takes no value of this type.' },
  'table.required': { status: 422, when: 'A column that is required would be empty.' },
  'table.unique': { status: 409, when: 'Another row has the same in a column that is unique.' },
  'table.match': { status: 422, when: 'It is not clear which row is to be changed.' },
  'table.filter': { status: 422, when: 'A condition or an order is not one that its column can have.' },
  'knowledge.taken': { status: 409, when: 'The project has a knowledge base of this name already.' },
  'knowledge.many': { status: 409, when: 'There are as many bases, sources, documents or pieces as there may be.' },
  'knowledge.model': { status: 422, when: 'The model that a base names does not make vectors, or is none.' },
  'knowledge.readers': { status: 422, when: 'Somebody is to be let in who is no member of the workspace.' },
  'knowledge.source': { status: 422, when: 'A source names no path, table, column or address that can be.' },
  'knowledge.changed': { status: 409, when: 'Who is let in changed in the middle of a search.' },
  'dataset.taken': { status: 409, when: 'The project has a dataset of this name already.' },
  'dataset.many': { status: 409, when: 'The project has as many datasets as a project may have.' },
  'dataset.size': { status: 413, when: 'The rows of a dataset are larger together than they may be.' },
  'dataset.stale': { status: 409, when: 'Somebody wrote the dataset first.' },
  'evaluation.many': { status: 409, when: 'As many evaluations of the workspace are under way as may be.' },
  'evaluation.judge': {
    status: 422,
    when: 'The flow that is to judge is none of the project that the caller may run.',
  },
  'evaluation.over': { status: 409, when: 'The evaluation is over already.' },
  'evaluation.open': { status: 409, when: 'The evaluation is under way: stop it first.' },
  'row.missing': { status: 404, when: 'The table has no such row.' },
  'row.stale': { status: 409, when: 'Somebody changed the row first.' },
  'kv.taken': { status: 409, when: 'Something is kept under this key already.' },
  'kv.number': { status: 409, when: 'What is kept under this key is no number.' },
  'kv.many': { status: 409, when: 'The key-value store has as many keys as one may have.' },
  'kv.value': { status: 413, when: 'The value is larger than a value by key may be.' },
  'json.syntax': { status: 400, when: 'The text is no JSON; the place is in the text.' },
  'json.duplicate': { status: 400, when: 'A JSON object holds the same field twice.' },
  'json.key': { status: 400, when: 'A JSON object holds the field `__proto__`.' },
  'json.depth': { status: 400, when: 'Lists and objects are nested deeper than allowed.' },
  'json.values': { status: 413, when: 'The JSON text holds more values than allowed.' },
  'json.size': { status: 413, when: 'The JSON text is larger than allowed.' },
  'input.invalid': { status: 422, when: 'Parameters or fields do not fit; `problems` lists every one with its place.' },
  'field.missing': { status: 422, when: 'A field that is needed is not there.' },
  'field.wrong': { status: 422, when: 'A field holds something else than expected.' },
  'field.unknown': { status: 422, when: 'A field or parameter is not known.' },
  'flow.invalid': { status: 422, when: 'The flow file has problems; `problems` lists every one with its place.' },
  'flow.conflict': {
    status: 409,
    when: 'Somebody saved the draft first; `diff` is what their revision changed against yours.',
  },
  'flow.unpublished': { status: 409, when: 'The flow has no published version to run.' },
  'flow.busy': {
    status: 429,
    when: 'To strangers: the flow cannot be run now. Which limit that is, its workspace knows.',
  },
  'flow.disabled': { status: 409, when: 'The flow is switched off.' },
  'flow.not_found': { status: 404, when: 'There is no such flow.' },
  'flow.version_unknown': { status: 422, when: 'The flow has no such version.' },
  'run.not_found': { status: 404, when: 'There is no such run.' },
  'run.over': { status: 409, when: 'The run is over already.' },
  'value.missing': { status: 404, when: 'There is nothing at this place of the value.' },
  'value.unknown': {
    status: 404,
    when: 'The event holds no such value, or what the step was given is not known; the text says why.',
  },
  'run.not_in_doubt': { status: 409, when: 'The run is not in doubt, so there is nothing to settle.' },
  'webhook.none': { status: 422, when: 'The draft has no webhook of this id.' },
  'listening.limit': { status: 429, when: 'Too many webhooks of drafts listen at this moment.' },
  'run.not_held': { status: 409, when: 'Nothing of the run is held, or not the step that was named.' },
  'run.held_many': { status: 409, when: 'More than one step is held, and an input came that is for one of them.' },
  'run.queue_full': { status: 429, when: 'Too many runs of the workspace wait already.' },
  'quota.runs': { status: 429, when: 'The workspace has begun as many runs as its quota lets it in this time.' },
  'quota.concurrent': { status: 429, when: 'The workspace has as many runs that are not over as its quota lets it.' },
  'quota.bytes': { status: 507, when: 'Runs and files of the workspace fill the storage that its quota lets it have.' },
  'quota.tokens': { status: 402, when: 'The workspace has used the tokens that its quota lets it in this time.' },
  'quota.money': { status: 402, when: 'The workspace has spent the money that its quota lets it in this time.' },
  'budget.runs': { status: 429, when: 'The flow, or the key, has begun as many runs as its budget lets it.' },
  'budget.tokens': {
    status: 402,
    when: 'The run, the flow or the key would use more tokens than its budget lets it. What was done is kept.',
  },
  'budget.money': {
    status: 402,
    when: 'The run, the flow or the key would spend more money than its budget lets it. What was done is kept.',
  },
  'run.hops': { status: 508, when: 'A request went through webhooks of this server too many times.' },
  'disk.full': {
    status: 503,
    when: 'The disk of the server is nearly full: what is left is for runs under way, and no other begins until there is room.',
  },
  'store.unavailable': {
    status: 503,
    when: 'The journal could not be written. What was asked for may go on once it can: send it again with an idempotency key.',
  },
  'grant.missing': {
    status: 409,
    when: 'Steps ask for powers nobody lent; `missing` lists them in the form `grant` takes.',
  },
  'grant.step': { status: 422, when: 'A grant names a step the flow does not have.' },
  'environment.unknown': {
    status: 422,
    when: 'The project has no environment of this name; `fix` lists those it has.',
  },
  'environment.used': {
    status: 409,
    when: 'Secrets of its own are in the environment, flows run in it, or it is `default`.',
  },
  'environment.conflict': {
    status: 409,
    when: 'Somebody changed the values of the environment first; `revision` is the one they are at.',
  },
  'environment.guarded': {
    status: 409,
    when: 'Nothing runs in the environment but what was promoted to it, and nothing changes there without approval.',
  },
  'flow.unpromoted': { status: 409, when: 'No version of the flow was promoted to the environment.' },
  'promotion.target': {
    status: 422,
    when: 'A version is promoted to another environment than it comes from, and not to `default`.',
  },
  'promotion.lacks': {
    status: 409,
    when: 'The target lacks values or secrets that the version names; `problems` lists them.',
  },
  'promotion.stale': { status: 409, when: 'Something changed in the target since the promotion was looked at.' },
  'promotion.decided': { status: 409, when: 'The promotion was approved, refused or overtaken already.' },
  'promotion.own': { status: 403, when: 'A promotion is approved by a person other than who proposed it.' },
  'promotion.person': {
    status: 403,
    when: 'Where promotions are approved, people promote: an account, or a key of its own.',
  },
  'key.beyond': { status: 403, when: 'A key may not give a new key more than it holds itself.' },
  'key.expiry': { status: 422, when: 'A key would last longer than this server lets keys last, or is over already.' },
  'key.over': { status: 409, when: 'The key is revoked or expired; make a new one.' },
  'key.unowned': { status: 403, when: 'Who asks is no account, and has no keys of its own.' },
  'key.rate': { status: 429, when: 'The key made more requests than its own limit lets it; `retry-after` says when.' },
  'key.parallel': { status: 429, when: 'The key has as many requests under way as its own limit lets it.' },
  'rate.user': { status: 429, when: 'One account, with all its keys, made more requests than this server lets it.' },
  'rate.workspace': { status: 429, when: 'One workspace made more requests than this server lets it.' },
  'rate.network': { status: 429, when: 'One network made more requests than this server lets it.' },
  'token.beyond': { status: 403, when: 'A token may not hold more than who makes it.' },
  'token.final': { status: 409, when: 'The token may not be refreshed any more; make a new one.' },
  'notification.zone': { status: 422, when: 'The time zone is not known.' },
  'oauth.client': { status: 400, when: 'The application that asks is not known, or its description cannot be used.' },
  'oauth.redirect': {
    status: 400,
    when: 'The address to go back to is not one that the application registered, or cannot be used.',
  },
  'oauth.ticket': {
    status: 400,
    when: 'This page of consent was answered already, is too old, or was not yours; begin again at the application.',
  },
  'role.beyond': { status: 403, when: 'The role, or who holds it, may do more than the caller may.' },
  'role.unknown': { status: 422, when: 'There is no such role in the workspace.' },
  'role.used': { status: 409, when: 'Somebody holds the role, or is invited with it.' },
  'name.taken': { status: 409, when: 'Another one has this name.' },
  'member.last_owner': { status: 409, when: 'A workspace keeps an owner; make somebody else one first.' },
  'member.unfit': {
    status: 422,
    when: 'The account is no member who may do this; name one who may change flows there.',
  },
  'workspace.locked': {
    status: 423,
    when: 'The workspace has a key of its own, and its key file is not at hand: nothing of it opens, and no run begins.',
  },
  'workspace.name': { status: 422, when: 'The name that was typed as proof is not the name of the workspace.' },
  'workspace.first': { status: 409, when: 'The workspace that the instance began with stays.' },
  'workspace.owned': { status: 409, when: 'The workspace has an owner who can sign in.' },
  'connection.browser': {
    status: 409,
    when: 'Somebody has to agree in a browser: begin it there, signed in. Nobody can finish what another session began.',
  },
  'connection.state': {
    status: 409,
    when: 'What the browser came back with belongs to no connection that this session began, or its time is over, or it was used.',
  },
  'connection.denied': { status: 409, when: 'The service says that it was not agreed to.' },
  'connection.issuer': { status: 409, when: 'The answer names another provider than the connection is for.' },
  'connection.failed': { status: 422, when: 'The service gave no tokens; the text says why.' },
  'connection.busy': { status: 429, when: 'Too many connections of the workspace are being made at this moment.' },
  'project.used': {
    status: 409,
    when: 'Flows, secrets or files are in the project (flows that were deleted and can be restored count), or it is `default`.',
  },
  'visits.limit': {
    status: 429,
    when: 'A public flow was run as often as allowed, by one network or by all together.',
  },
  'streams.limit': { status: 429, when: 'The key has as many event streams open as allowed.' },
  'requests.limit': {
    status: 429,
    when: 'The key has as many requests waiting as allowed, or the workspace as many looks through many runs.',
  },
  'webhook.unknown': { status: 404, when: 'There is no webhook at this address.' },
  'webhook.method': { status: 405, when: 'The webhook takes another method.' },
  'webhook.media_type': { status: 415, when: 'The webhook takes JSON, unless its trigger maps the body with `input`.' },
  'webhook.signature': { status: 401, when: 'The signature of the delivery is missing, wrong or too old.' },
  'webhook.replay': { status: 409, when: 'The delivery was accepted before; each starts one run.' },
  'resume.unknown': { status: 404, when: 'No resume link has this address.' },
  'chat.none': { status: 409, when: 'The flow has no chat trigger, or none in what is published of it.' },
  'chat.full': { status: 409, when: 'The session holds as many messages as it may.' },
  'chat.file': { status: 422, when: 'A file of the message was not sent to this chat by who names it.' },
  'chat.kind': { status: 415, when: 'The chat takes no files, or none of this kind.' },
  'chat.tools': { status: 422, when: 'A caller offers tools to a flow, which has its own, or none.' },
  'chat.slow': { status: 504, when: 'The answer takes longer than it is waited for: ask for a stream.' },
  'chat.vector': { status: 422, when: 'The flow did not answer with a list of numbers.' },
  'chat.taken': { status: 409, when: 'There is a session of this name already.' },
  'hook.none': { status: 409, when: 'The flow has no webhook trigger, or none in what is published of it.' },
  'hook.refused': { status: 422, when: 'The webhook of the flow did not take what came.' },
  'chat.ticket': {
    status: 401,
    when: 'The ticket of a visitor ran out, or is not for this chat and this page: get the next one.',
  },
  'chat.size': { status: 413, when: 'The file is larger than the chat takes.' },
  'form.unknown': { status: 404, when: 'There is no form at this address, or it takes nothing any more.' },
  'ask.over': { status: 410, when: 'The question was answered, or its time is over.' },
  'ask.answered': { status: 409, when: 'You answered the question already, or handed it on.' },
  'ask.invalid': { status: 422, when: 'The answer is none that the question takes.' },
  'ask.person': { status: 422, when: 'Nobody by this id or address could answer the question.' },
  'ask.other': { status: 403, when: 'The question is for other people.' },
  'mcp.sse': {
    status: 410,
    when: 'The transport of MCP with a stream and a session is not served; streamable HTTP is.',
  },
  'resume.used': { status: 410, when: 'The resume link did its work already, or its time is over.' },
  'audit.down': {
    status: 503,
    when: 'The audit trail cannot be written. What would give or change power was not done.',
  },
  'server.closing': { status: 503, when: 'The server is shutting down.' },
  'server.bug': { status: 500, when: 'A fault of ours. The log holds the details under the id in the answer.' },
} as const satisfies Record<string, Entry>;

export const PROBLEMS: Readonly<Record<keyof typeof api, Entry>> = api;

export type ProblemCode = keyof typeof api;

export const PROBLEM_CODES = Object.keys(api).toSorted() as readonly ProblemCode[];

/** What any route that asks for a key may give, beside its own problems. */
export const COMMON: readonly ProblemCode[] = [
  'auth.missing',
  'auth.invalid',
  'workspace.none',
  'factor.needed',
  'permission.missing',
  'input.invalid',
  'workspace.locked',
  'host.unknown',
  'server.bug',
];

const statuses: ReadonlyMap<string, number> = new Map(Object.entries(api).map(([code, entry]) => [code, entry.status]));

/** The HTTP status of a Problem's code; 422 for codes of flows and runs that are not of the API's own. */
export const statusOf = (code: string): number => statuses.get(code) ?? 422;

/** The text of docs/problems.md. */
export const problemsPage = (): string => {
  const own = PROBLEM_CODES.map((code) => `| \`${code}\` | ${PROBLEMS[code].status} | ${PROBLEMS[code].when} |`);
  const flows = Object.keys(FLOW_PROBLEMS)
    .toSorted()
    .map((code) => `| \`${code}\` | ${FLOW_PROBLEMS[code] ?? ''} |`);
  return [
    '# Problems',
    '',
    'Every refusal is `application/problem+json` with `status`, `code` and `text`, and where they help `at` (flow, step,',
    'field, item), `fix` and `problems` (a list of the same form). Programs should look at `code` alone. This page is',
    'generated from `packages/core/src/api/problems.ts` and `flow-problems.ts`.',
    '',
    '## Of the API',
    '',
    '| code | status | when |',
    '|---|---|---|',
    ...own,
    '',
    '## Of flows',
    '',
    'What a check finds (in lists) and what a run runs into (in its `problem`). A webhook that waits for its flow, and a visit of a',
    'public one, tell with status 422 what is wrong with the input and what a `stop` words; of anything else, `run.failed`.',
    '',
    '| code | when |',
    '|---|---|',
    ...flows,
    '',
  ].join('\n');
};
