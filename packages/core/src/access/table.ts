/**
 * The one table of what may be done to what: a row for each permission, in words that somebody who gives a role reads.
 * docs/permissions.md, the web app and the tests of every route against every role derive from it.
 *
 * TB1 Every permission has one row, and every route that needs one says so by the permission alone.
 */

import type { Permission } from './permission.ts';

export type Deed = { readonly object: string; readonly verb: string; readonly says: string };

export const TABLE: Readonly<Record<Permission, Deed>> = {
  'flow.read': { object: 'flow', verb: 'read', says: 'See flows: drafts, versions, differences, what they were lent' },
  'flow.write': { object: 'flow', verb: 'change', says: 'Make flows, edit, rename, switch, delete and try them' },
  'flow.assist': {
    object: 'flow',
    verb: 'assist',
    says: 'Let an assistant build flows, over MCP or in the editor, as drafts: it reads, edits, checks and tests them, and neither publishes nor lends',
  },
  'flow.publish': { object: 'flow', verb: 'publish', says: 'Publish the draft as a version' },
  'flow.share': { object: 'flow', verb: 'share', says: 'Show a flow to the whole workspace, or to everybody' },
  run: { object: 'flow', verb: 'run', says: 'Start runs and run them again' },
  'run.read': { object: 'run', verb: 'read', says: 'See runs, their journals and what they answered' },
  'run.cancel': { object: 'run', verb: 'cancel', says: 'Cancel runs and settle those in doubt' },
  'ask.answer': { object: 'ask', verb: 'answer', says: 'Find, answer and hand on the questions that one is asked' },
  'grant.give': { object: 'grant', verb: 'give', says: 'Lend powers to steps, and take them back' },
  'secret.write': { object: 'secret', verb: 'store', says: 'Store and delete secrets; nobody reads one' },
  'file.read': { object: 'file', verb: 'read', says: 'List and download files; lend steps the power to read them' },
  'file.write': {
    object: 'file',
    verb: 'change',
    says: 'Upload and delete files; lend steps the power to write them',
  },
  'table.read': {
    object: 'table',
    verb: 'read',
    says: 'See tables, their rows, and values by key; lend steps the power to read them',
  },
  'table.write': {
    object: 'table',
    verb: 'change',
    says: 'Make, change and delete tables, rows and values by key; lend steps the power to do so',
  },
  'knowledge.read': {
    object: 'knowledge',
    verb: 'read',
    says: 'Search knowledge bases that let one in; lend steps the power to',
  },
  'knowledge.write': {
    object: 'knowledge',
    verb: 'change',
    says: 'Make, fill and delete knowledge bases, and say whom they let in; lend steps the power to fill them',
  },
  'model.manage': { object: 'model', verb: 'manage', says: 'Set up providers of models, by secrets one may store' },
  'environment.manage': { object: 'environment', verb: 'manage', says: 'Make environments, set their values, promote' },
  'project.manage': { object: 'project', verb: 'manage', says: 'Make, rename and delete projects' },
  'key.own': { object: 'key', verb: 'own', says: 'Have API keys of one’s own, within what one may' },
  'key.manage': { object: 'key', verb: 'manage', says: 'Make, list and revoke the keys of the workspace' },
  'token.manage': { object: 'token', verb: 'manage', says: 'Issue and revoke engine tokens' },
  'member.manage': {
    object: 'member',
    verb: 'manage',
    says: 'Invite, remove and change members; say who is in groups',
  },
  'role.manage': { object: 'role', verb: 'manage', says: 'Make roles out of what one holds' },
  'workspace.manage': { object: 'workspace', verb: 'manage', says: 'Rename it, and reach the private flows in it' },
  'audit.read': { object: 'audit', verb: 'read', says: 'Read the audit trail' },
  'metrics.read': { object: 'instance', verb: 'measure', says: 'Read figures of the server' },
  'instance.manage': { object: 'instance', verb: 'manage', says: 'Make workspaces; look into one on record' },
};
