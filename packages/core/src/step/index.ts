/** The entry `@headgate/core/step`: all that a step folder may import. */
export { z } from 'zod';
export { bad, good, problem } from '../problem.ts';
export type { Problem, Result } from '../problem.ts';
export { normaliseHost } from '../access/host.ts';
export { codeHash } from '../access/code-hash.ts';
export { secretsShown } from '../flow/code/secrets.ts';
export { SECRET_NAME, SECRET_NAME_IS } from '../access/secret-name.ts';
export { normalisePath } from '../access/scopes/path.ts';
export { globOf, LONGEST_GLOB } from '../flow/glob.ts';
export { isZone } from '../expr/methods/zones.ts';
export { DURATION, milliseconds } from '../flow/duration.ts';
export type { Usage } from '../flow/budget.ts';
export { eachWith, ID, PROBLEM_PORT, repeatWith } from '../flow/model.ts';
export { CODE_LANGUAGES, defineBlock, defineStep, defineTrigger, done, failed, perItem, using } from './define.ts';
export { fromBase64, gather, textOf, toBase64 } from './bytes.ts';
export { fileInfo, fileRef, noFiles } from './files.ts';
export { piped, Pipe, storedFrom } from './formats.ts';
export type { FormatCall, Formats } from './formats.ts';
export { readValues } from './json-values.ts';
export type { Databases, MqttMessage, RedisCall, Server, SqlAnswer, SqlCall } from './databases.ts';
export type { FileInfo, FileRef, Files, OpenFile, Refused } from './files.ts';
export { noMail } from './mail.ts';
export type { Letter, LetterPart, Mail, Mailed, MailAddress, MailServerAt } from './mail.ts';
export { normaliseMail, normaliseMailPattern } from '../access/mail-address.ts';
export { filePath, normaliseFilePath } from '../access/scopes/file.ts';
export { formField, formFields, FIELD_TYPES, FORM_COLORS } from '../form/fields.ts';
export type { FormField } from '../form/fields.ts';
export type { AskSpec, Notice, Tell, Wanted, Whom } from '../run/asks.ts';
export type { People } from './people.ts';
export { agentTools, noMemory } from './agent.ts';
export { LISTING, toolServerOf, type ToolServerAsk, type ToolServers } from './tool-servers.ts';
export { closed, readSaid } from '../model/answer.ts';
export { findKeys } from '../guard/keys.ts';
export type { AgentRecalled, AgentRemembers, AgentSettings, AgentThought, AgentTurn, StepMemory } from './agent.ts';
export { noModels } from './models.ts';
export type {
  EmbedCall,
  Embedded,
  GenerateCall,
  Generated,
  ModelFile,
  ModelMessage,
  Models,
  ModelText,
  ModelTool,
  ModelToolCall,
  ModelUse,
} from './models.ts';
export { guessFileTokens, guessTokens } from '../model/tokens.ts';
export { MODEL_NAME } from '../model/provider.ts';
export { compileInput } from '../flow/input.ts';
export { canonicalJson } from '../flow/canonical.ts';
export { isObject } from '../flow/path.ts';
export { tableName } from '../table/column.ts';
export { keyEntry, keyName, keysName, MAIN_KEYS } from '../table/key.ts';
export { KEY_LIMITS, TABLE_LIMITS } from '../table/limits.ts';
export { conditions, match, order } from '../table/query.ts';
export { ownRow, rowValues } from '../table/row.ts';
export { headersField, headersOf } from './headers.ts';
export { trial } from './trial.ts';
export { noTables, noValues } from './tables.ts';
export { documentMeta, knowledgeName } from '../knowledge/base.ts';
export { knowledgeHit, searchFields } from '../knowledge/hit.ts';
export { KNOWLEDGE_LIMITS } from '../knowledge/limits.ts';
export { noKnowledge } from './knowledge.ts';
export { retryAfter } from './after.ts';
export { trialFiles } from './trial-files.ts';
export { byCodePoint, kindOf, listField, listOf, notBoolean } from './value.ts';
export { isRepeatable, MOST_ITEMS, useService } from '../service/call.ts';
export { NO_SERVICES, operationOf, pollOf, SERVICE_NAME, servicesOf } from '../service/manifest.ts';
export type { Services } from '../service/manifest.ts';
export { hookTriggerOf } from '../service/hook.ts';
export { registerNeeds } from '../service/register.ts';
export { serviceNeeds, unknownNeeds } from '../service/powers.ts';
export { cosine } from '../vector.ts';
export type {
  Can,
  Code,
  CodeLanguage,
  CodeProgram,
  Need,
  Net,
  NetAnswer,
  NetRequest,
  Outcome,
  PerItem,
  StepKind,
  TriggerKind,
} from './define.ts';
