/** The entry `@headgate/core`: every name other rooms may use, listed one by one. */
export { at, bad, good, problem } from './problem.ts';
export type { Place, Problem, Result } from './problem.ts';
export { Passing } from './passing.ts';
export { DELETED_FLOW_DAYS } from './flow/deleted.ts';
export { milliseconds } from './flow/duration.ts';
export { budgetSchema, DAY, dayOf, monthOf, quotaSchema, resetOf } from './flow/budget.ts';
export type { Budget, Period, Quota, Usage } from './flow/budget.ts';
export {
  AFTER,
  BLOCKS,
  ID,
  KIND,
  PROBLEM_PORT,
  agentWith,
  eachWith,
  flowSchema,
  repeatWith,
  stepSchema,
} from './flow/model.ts';
export type {
  CanvasNote,
  EachWith,
  Flow,
  Group,
  Json,
  RepeatWith,
  Retry,
  Settings,
  Step,
  Trigger,
} from './flow/model.ts';
export { PLAN_VERSION, RUN_STATES, isOver } from './run/journal.ts';
export type { AgentMove, Event, EventData, EventType, Held, RunCreated, RunState, Started } from './run/journal.ts';
export type {
  DryRequest,
  DryRun,
  EnginePort,
  EventView,
  GoOnRequest,
  GuardPort,
  HookAnswer,
  HookRequest,
  Lane,
  Origin,
  Queue,
  Reading,
  RerunRequest,
  RunHit,
  RunNews,
  RunView,
  StartRequest,
  Touch,
  TriggerView,
  ValueOf,
} from './run/port.ts';
export {
  addWhom,
  type AskAnswer,
  type Answered,
  type AskSpec,
  type AskState,
  comesTo,
  lateValue,
  newAsk,
  nextNotice,
  type Notice,
  sameWhom,
  type Tell,
  type Via,
  type Wanted,
  type Whom,
} from './run/asks.ts';
export {
  isNoticeKind,
  isZone,
  letterAt,
  MAIL_WAYS,
  type MailWay,
  NO_CHOICE,
  NOTICE_KINDS,
  type NoticeChoice,
  type NoticeKind,
  type NoticeWays,
  waysOf,
} from './notice/notice.ts';
export type { NotificationsPort } from './run/notifications-port.ts';
export type { FormAnswer, FormLook, FormPage, FormsPort, Sent, SentFile } from './run/forms-port.ts';
export type { People } from './step/people.ts';
export type * from './run/chat-port.ts';
export * from './step/agent.ts';
export { argumentsOf } from './step/arguments.ts';
export { closed, readSaid } from './model/answer.ts';
export type { AskAnswerGiven, AskBehind, AskDone, AskGiven, AskLook, AsksPort, AskView } from './run/asks-port.ts';
export {
  FIELD_TYPES,
  type FieldType,
  type FormField,
  formFields,
  MOST_FIELDS,
  MOST_PAGES,
  pageOf as formPage,
  pagesOf as formPages,
} from './form/fields.ts';
export {
  type FieldError,
  fieldsOn,
  type Judged,
  judgeTexts,
  judgeValues,
  textsAgain,
  type Texts as FormTexts,
} from './form/judge.ts';
export type { ConnectAnswer, ConnectionAt, ConnectionsPort, ConnectNext } from './run/connections-port.ts';
export { holdsSomewhere, may, PERMISSIONS } from './access/permission.ts';
export { isTokenPermission, TOKEN_PERMISSIONS, TOKEN_SENTENCES } from './access/token.ts';
export { beyond, narrow } from './access/narrow.ts';
export type { TokenPermission } from './access/token.ts';
export type { Scope as AccessScope } from './access/narrow.ts';
export { GLASS, INSTANCE_PERMISSIONS, ROLE_PERMISSIONS, type Role, ROLES } from './access/role.ts';
export { isVisibility, VISIBILITIES, type Visibility } from './access/visibility.ts';
export type { Permission, Principal, PrincipalKind, Thing } from './access/permission.ts';
export { sees, seesAll, sightOf } from './access/sight.ts';
export type { Sight } from './access/sight.ts';
export { type Deed, TABLE } from './access/table.ts';
export { thingAt, thingOf } from './access/thing.ts';
export type { Place as FlowPlace } from './access/thing.ts';
export { isRole, permissionsOf } from './access/role.ts';
export { assistantOf } from './access/assistant.ts';
export type { Power, PowerWord } from './access/power.ts';
export { POWERS, catalogOf } from './step/define.ts';
export { holdsMore, MOST_VALUES, readValues } from './step/json-values.ts';
export { gather, textOf, toBase64 } from './step/bytes.ts';
export { noDatabases } from './step/databases.ts';
export type {
  Databases,
  MqttMessage,
  RedisCall,
  Server,
  SqlAnswer,
  SqlCall,
  SqliteCall,
} from './step/databases.ts';
export { fileRef, noFiles } from './step/files.ts';
export { noTables, noValues } from './step/tables.ts';
export type { FindRows, KeyValue, PutRow, StepTables, StepValues, Which } from './step/tables.ts';
export { noMail } from './step/mail.ts';
export { noModels } from './step/models.ts';
export type {
  DrawCall,
  Drawn,
  EmbedCall,
  Embedded,
  Finish,
  GenerateCall,
  Generated,
  Heard,
  ModelAsk,
  ModelMessage,
  Models,
  ModelTool,
  ModelToolCall,
  ModelUse,
  RerankCall,
  Reranked,
  SayCall,
  Spoken,
  TranscribeCall,
} from './step/models.ts';
export { costOf, guessFileTokens, guessTokens } from './model/tokens.ts';
export type { TokensUsed } from './model/tokens.ts';
export { readProvider } from './model/provider.ts';
export type { ModelPrice, ModelSpec, ModelTask, ProviderKind } from './model/provider.ts';
export { findModel, modelsListed, providerSetup, providersIn, setupFault, withModelsHere } from './model/setup.ts';
export type { ModelAt, Provider, ProviderSetup } from './model/setup.ts';
export type { ModelsPort, OwnQuestion } from './run/models-port.ts';
export type { Letter, LetterPart, Mail, Mailed, MailAddress, MailServerAt } from './step/mail.ts';
export { noFormats } from './step/formats.ts';
export type { FormatCall, FormatProgram, Formats } from './step/formats.ts';
export type { FileInfo, FileRef, Files, OpenFile, Refused } from './step/files.ts';
export type { OpenContent, Room } from './run/port.ts';
export { kindOf } from './step/value.ts';
export type {
  Can,
  Catalog,
  Code,
  CodeLanguage,
  CodeProgram,
  Need,
  Net,
  NetAnswer,
  NetRequest,
  Outcome,
  PerItem,
  PowerName,
  StepKind,
  TriggerKind,
} from './step/define.ts';
export { MAX_ITEMS, MAX_MOVES, carries, shapeOf } from './run/shape.ts';
export { isMind } from './run/agent.ts';
export type { Moves } from './run/agent.ts';
export type { Block, Shape, ShapeStep, Wire } from './run/shape.ts';
export { DONE, SKIPPED, find, lastValue, newState, runState, stepAt, visible } from './run/state.ts';
export type { BlockRun, Command, ItemResult, Scope, State } from './run/state.ts';
export { apply, foldAll } from './run/fold.ts';
export { HELD_MOST, heldSteps, heldUntil, unheld } from './run/holding.ts';
export { isOpen, isWorking, plan, unsettled } from './run/plan.ts';
export { readJson, scanJson } from './flow/text/json.ts';
export type { JsonLimits, JsonRead } from './flow/text/json.ts';
export { MAX_NESTING, MAX_STEPS, parseFlow, readFlow } from './flow/parse.ts';
export type { Parsed } from './flow/parse.ts';
export { covers, lentByWriting, parsePower, printPower, sentence, withoutCode, withoutPath } from './access/power.ts';
export { normaliseHost, normalisePattern } from './access/host.ts';
export { SECRET_NAME } from './access/secret-name.ts';
export { isSecretOrigin } from './access/secret-origin.ts';
export { normaliseMail } from './access/mail-address.ts';
export { INSTANCE_MAIL } from './access/scopes/mail.ts';
export { ENVIRONMENT_NAME, VALUE_NAME } from './access/environment-name.ts';
export { readCredential } from './api/credential.ts';
export type { Credential } from './api/credential.ts';
export { readConnection, reconnectNeeded } from './api/connection.ts';
export type { Connection } from './api/connection.ts';
export { holdsToo } from './access/holds.ts';
export { filePath, normaliseFilePath } from './access/scopes/file.ts';
export { normalisePath } from './access/scopes/path.ts';
export { narrowedNeeds } from './access/narrowed.ts';
export { lentByTyping, meets, missing, needsOf, powerOf } from './access/needs.ts';
export type { Lent, Missing, StepNeed } from './access/needs.ts';
export { allows, EVERYTHING, NOTHING_ALLOWED, printPolicy, readPolicy } from './access/policy.ts';
export type { Policy, PolicyText } from './access/policy.ts';
export { authority } from './access/authority.ts';
export type { Authority, AuthorityRequest, GrantLent } from './access/authority.ts';
export { everyStep, isBlock, stepsOf } from './flow/blocks.ts';
export { compile, evaluate } from './expr/template.ts';
export type { Compiled, Reference } from './expr/template.ts';
export { newBudget } from './expr/budget.ts';
export { ROOTS as EXPR_ROOTS } from './expr/scope.ts';
export type { Scope as ExprScope, ValueRoot } from './expr/scope.ts';
export { EXPR_CODES } from './expr/codes.ts';
export type { ExprCode } from './expr/codes.ts';
export {
  constants as exprConstants,
  fields as exprFields,
  functions as exprFunctions,
  methods as exprMethods,
} from './expr/methods/table.ts';
export { signature as exprSignature } from './expr/methods/signature.ts';
export { hashFlow } from './flow/hash.ts';
export { compileInput } from './flow/input.ts';
export type { CompiledInput, InputJudged, InputValidator } from './flow/input.ts';
export { canonicalJson } from './flow/canonical.ts';
export { finished } from './run/finished.ts';
export type { OldItems, OldRun, OldStep } from './run/finished.ts';
export { eventsBefore, partial } from './run/partial.ts';
export type { Before, PartialPlan, PartialRequest, Reuse } from './run/partial.ts';
export { check } from './flow/check.ts';
export type { CheckContext, Checked } from './flow/check.ts';
export { bindToCode } from './access/bind.ts';
export { codeHash } from './access/code-hash.ts';
export { maskedIn, maskedValues } from './flow/checks/masked.ts';
export { valuesRead } from './flow/values.ts';
export { fieldPath, isObject, valueAt } from './flow/path.ts';
export { codeOf, readCode } from './flow/checks/code.ts';
export { codeTypes } from './flow/types/types.ts';
export type { CodeTypes } from './flow/types/types.ts';
export type { CodeName, CodeRead } from './flow/code/javascript.ts';
export { cyclesOf, graphOf } from './flow/graph.ts';
export type { Entry as GraphEntry, Graph, Level as GraphLevel, Node as GraphNode } from './flow/graph.ts';
export { printProblem } from './flow/text/print.ts';
export type { Beside } from './guard/frames.ts';
export { type Guard, HIDDEN, Matcher, type RedactWindow } from './guard/match.ts';
export type { Secret } from './guard/needles.ts';
export type { Unpack } from './guard/packed.ts';
export type { Reader } from './guard/regions.ts';
export type { ShapeKind } from './guard/shapes.ts';
export { isShapeKind, SHAPE_KINDS } from './guard/shapes.ts';
export { shortSecret } from './guard/short.ts';
export { findKeys } from './guard/keys.ts';
export { isSecretLabel } from './guard/labels.ts';
export { hideLinks, hideLinksIn } from './guard/links.ts';
export { redactJson, redactText } from './guard/redact.ts';
export { hiddenInJson, numbersHidden } from './guard/json.ts';
export { differencesOf } from './run/value/differ.ts';
export type { Differences } from './run/value/differ.ts';
export { hitsIn, seeker } from './run/value/find.ts';
export type { Hits } from './run/value/find.ts';
export { JsonText } from './run/value/json-text.ts';
export { pageOf, placeOf } from './run/value/page.ts';
export type { PageAsk, Texts, ValuePage } from './run/value/page.ts';
export { inPointer, pointerNames } from './run/value/pointer.ts';
export { valueShapeOf } from './run/value/value-shape.ts';
export type { ValueShape } from './run/value/value-shape.ts';
export { diff } from './flow/diff.ts';
export { doEdit, doEdits } from './flow/edit/apply.ts';
export {
  addStep,
  deleteSteps,
  everyId,
  filledOf,
  type NewStep,
  freeId,
  idsOf,
  insertStep,
  pasteSteps,
  renameStep,
} from './flow/edit/commands.ts';
export { addNote, groupBoxes, placeBoxes, type Point } from './flow/edit/drawn.ts';
export { type Edit, type EditPath, type Owner, type Place as StepPlace, together } from './flow/edit/edit.ts';
export { editSchema } from './flow/edit/schema.ts';
export { moveSteps } from './flow/edit/move.ts';
export { isDivisible, withoutFields } from './flow/edit/part.ts';
export { type KindTold, newerKind, upgradeSteps } from './flow/edit/upgrade.ts';
export { type History, NO_HISTORY, perform, redo, type Stepped, undo } from './flow/edit/history.ts';
export { type Conflict, landed, merge, type Merged } from './flow/edit/merge.ts';
export { restoreFlow } from './flow/edit/restore.ts';
export { sentenceOf } from './flow/edit/sentence.ts';
export type { Change, FlowDiff, StepChange } from './flow/diff.ts';
export { diffLines } from './flow/text/diff-lines.ts';
export { FLOW_SCHEMA_ID, flowFileSchema } from './flow/schema.ts';
export { inspectFlow } from './flow/inspect.ts';
export type { Inspected } from './flow/inspect.ts';
export { globOf } from './flow/glob.ts';
export { challengeOf, deliveryOf, eventsOf, handedBy, hookTriggerOf, wantsEvent } from './service/hook.ts';
export { knownAddress } from './service/address.ts';
export { valueAt as atPointer } from './service/pointer.ts';
export { endUse, findUse, makeUse, type RegisterUse } from './service/register.ts';
export { hasAddress, isHookKind } from './flow/hook-kind.ts';
export { valueAt as pointedAt } from './service/pointer.ts';
export { readService } from './service/judge.ts';
export { knownOrigin, SECRET_MARK } from './service/address.ts';
export { inputSchema, pollSchema } from './service/form.ts';
export { operationOf, pollOf, servicesOf } from './service/manifest.ts';
export {
  afterList,
  freshOf,
  listFor,
  type Memory,
  NO_MEMORY,
  reachesKnown,
  readMemory,
  withSeen,
} from './service/poll.ts';
export type {
  HookTrigger,
  Operation,
  PollTrigger,
  Recording,
  Service,
  Services,
  ServiceTrigger,
} from './service/manifest.ts';
export { isRepeatable, useService } from './service/call.ts';
export { servicesPage } from './service/page.ts';
export { importOpenApi } from './service/import/openapi.ts';
export {
  COLUMN_TYPES,
  columnChange,
  columnNamed,
  columnSpec,
  isPlain,
  judgeColumn,
  judgeColumns,
  TABLE_NAME,
  TABLE_NAME_IS,
  tableName,
} from './table/column.ts';
export type { Column, ColumnChange, ColumnSpec, ColumnType } from './table/column.ts';
export { linesOf, MOST_CELLS, readCells, writeLine } from './table/csv.ts';
export { KEY_LIMITS, TABLE_LIMITS } from './table/limits.ts';
export { keyEntry, keyName, keysName, MAIN_KEYS } from './table/key.ts';
export type { KeyEntry } from './table/key.ts';
export { condition, conditions, match, OPERATORS, order, sortedBy, testsOf } from './table/query.ts';
export type { Condition, Operator, Test } from './table/query.ts';
export { cellsOf, ownRow, rowValues } from './table/row.ts';
export type { Cells, OwnRow, RowValues } from './table/row.ts';
export { cellOf, fromText, toText, valueOf } from './table/value.ts';
export type { Cell } from './table/value.ts';
export { chunker, DEFAULT_CHUNKER, documentMeta, knowledgeName, sourceSpec } from './knowledge/base.ts';
export type { Chunker, DocumentMeta, DocumentState, SourceSpec } from './knowledge/base.ts';
export { type Part, type Piece, piecesOf } from './knowledge/chunk.ts';
export { type Described, fits, type KnowledgeCondition, knowledgeConditions } from './knowledge/filter.ts';
export * from './evals/index.ts';
export * from './run/evaluations-port.ts';
export { fuse, type Fused } from './knowledge/fuse.ts';
export { type KnowledgeHit, knowledgeHit, searchFields } from './knowledge/hit.ts';
export { cosine } from './vector.ts';
export { KNOWLEDGE_LIMITS, OWN_EMBEDDINGS } from './knowledge/limits.ts';
export * from './knowledge/site.ts';
export { type GivenDocument, type KnowledgeQuery, noKnowledge, type StepKnowledge } from './step/knowledge.ts';
