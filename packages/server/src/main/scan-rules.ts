/**
 * The rules of secretlint, for `headgate guard scan` alone: they know more forms than the guard's own table (a cloud's
 * secret key by the name before it, connection strings of databases), and take 25 times as long, so they have no place in
 * front of every answer. Loaded when a scan asks for them.
 */

import { lintSource } from '@secretlint/core';
import { creator } from '@secretlint/secretlint-rule-preset-recommend';

/** A place in a text, and the rule that found it: `aws`, `database-connection-string`. */
export type Ruled = { readonly start: number; readonly end: number; readonly rule: string };

const PRESET = '@secretlint/secretlint-rule-preset-recommend';
const config = { rules: [{ id: PRESET, rule: creator, options: {} }] };

/** Everything the rules find in a text, in order. */
export const applyRules = async (path: string, content: string): Promise<readonly Ruled[]> => {
  const { messages } = await lintSource({
    source: { filePath: path, content, contentType: 'text' },
    options: { config, noPhysicFilePath: true },
  });
  return messages
    .map(({ range, ruleId }) => ({ start: range[0], end: range[1], rule: ruleId.replace(/^.*secretlint-rule-/, '') }))
    .toSorted((a, b) => a.start - b.start);
};
