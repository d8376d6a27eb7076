/** The entry `@headgate/core/api`: the contracts of the HTTP API, listed name by name. */
export { ROUTES } from './routes.ts';
export type { RouteName } from './routes.ts';
export { isOpen, isSchema, isSelf, isStream, permissionOf, route } from './route.ts';
export type {
  Answer,
  Answers,
  Audited,
  BodyKind,
  Contract,
  Media,
  Method,
  Needs,
  On,
  Spec,
} from './route.ts';
export { CREDENTIAL_FIELDS, LISTED_KINDS, PLACEHOLDER, SECRET_KINDS } from './credential.ts';
export { permissionsPage } from './permissions-page.ts';
export { FLOW_PROBLEMS } from './flow-problems.ts';
export { COMMON, PROBLEMS, PROBLEM_CODES, problemsPage, statusOf } from './problems.ts';
export type { ProblemCode } from './problems.ts';
export { readPart } from './read.ts';
export type { Read } from './read.ts';
export { openApi } from './openapi.ts';
export type { Content, OpenApi, Operation, Parameter, Response } from './openapi.ts';
export { SCHEMAS, jsonSchema } from './schemas.ts';
export type { JsonSchema } from './schemas.ts';
export { SHORTEST_PASSWORD } from './pages.ts';
export { MAX_WAIT } from './runs.ts';
export { PERIODS } from './overview.ts';
export type { LangflowRun } from './langflow.ts';
export { TICKET_HEADER } from './chat-public.ts';
export { contentPictures, contentText, offersTools } from './openai.ts';
export { MAX_VISIT } from './public.ts';
export type { Doc, DocsView } from './docs.ts';
export { isShell } from './web.ts';
export type {
  AccountView,
  AppView,
  ChatView,
  Failure,
  WebApp,
  FormState,
  FormView,
  Pages,
  ResumeView,
} from './pages.ts';
export type { ConsentView } from './oauth.ts';
