/** What a token may carry, at most: an engine token, and the token of an OAuth client. */

import type { Permission } from './permission.ts';

/**
 * A token works; it lends no powers, makes no credentials and manages nobody: what it did would outlast the time that it
 * lives for itself.
 */
export const TOKEN_PERMISSIONS = [
  'flow.read',
  'flow.write',
  'flow.assist',
  'flow.publish',
  'run',
  'run.read',
  'run.cancel',
  'secret.write',
  'file.read',
  'file.write',
  'table.read',
  'table.write',
  'knowledge.read',
  'knowledge.write',
  'audit.read',
  'metrics.read',
] as const satisfies readonly Permission[];

export type TokenPermission = (typeof TOKEN_PERMISSIONS)[number];

/** What each lets an application do, as the page says it on which a person consents. */
export const TOKEN_SENTENCES: Readonly<Record<TokenPermission, string>> = {
  'flow.read': 'Read your flows, their versions and what they ask for',
  'flow.write': 'Make, change and delete flows',
  'flow.assist': 'Build flows with you as drafts: it can test them, and neither publish them nor lend them powers',
  'flow.publish': 'Publish versions of flows, which their triggers then run',
  run: 'Start your flows: they act with the powers that were lent to them',
  'run.read': 'Read runs: their input, their results and what happened in them',
  'run.cancel': 'Cancel runs and settle those in doubt',
  'secret.write': 'Store, replace and remove secrets; it can read none',
  'file.read': 'List and download your files',
  'file.write': 'Upload, replace and delete files',
  'table.read': 'Read your tables and what is kept by key',
  'table.write': 'Make, change and delete tables, their rows, and what is kept by key',
  'knowledge.read': 'Search your knowledge bases, where you are let in',
  'knowledge.write': 'Make, fill and delete knowledge bases',
  'audit.read': 'Read the audit trail of the workspace',
  'metrics.read': 'Read the figures of the server',
};

export const isTokenPermission = (word: string): word is TokenPermission =>
  TOKEN_PERMISSIONS.some((permission) => permission === word);
