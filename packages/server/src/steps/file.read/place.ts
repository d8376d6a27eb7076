/**
 * Which files a step asks for, read from its settings as written: the powers to ask for before anything is evaluated.
 *
 * P1 What stands plainly before the first expression, up to its last /, is the folder: no expression leads out of it, since a
 *    path that climbs is none. Where nothing stands there, any file is asked for.
 */

import { filePath, type Need, normaliseFilePath } from '@headgate/core/step';

const DOES = { read: 'Read', write: 'Make, change and delete' } as const;

/** The power to read or write what a path leads to; none where it is left out, or no path. */
export const placeNeeds = (verbs: 'read' | 'write', written: unknown): readonly Need[] => {
  if (written === undefined || written === null) return [];
  const text = typeof written === 'string' ? written : '{{';
  const open = text.indexOf('{{');
  if (open < 0) {
    const path = filePath(text);
    return path === undefined
      ? []
      : [{ power: 'file', scope: `${verbs} ${path}`, sentence: `${DOES[verbs]} the file ${path}.` }];
  }
  const folder = normaliseFilePath(text.slice(0, text.lastIndexOf('/', open) + 1));
  return folder === undefined ? [anyFile(verbs)] : [inFolder(verbs, folder)];
};

/** The power to see what lies in a folder. */
export const folderNeeds = (written: unknown): readonly Need[] => {
  if (typeof written === 'string' && written.includes('{{')) return placeNeeds('read', written);
  if (written === undefined || written === null || written === '')
    return [{ power: 'file', scope: 'read *', sentence: 'Read every file of the project.' }];
  const folder = typeof written === 'string' && written.endsWith('/') ? normaliseFilePath(written) : undefined;
  return folder === undefined ? [] : [inFolder('read', folder)];
};

/** The power to write what comes below a folder. */
export const intoNeeds = (written: unknown): readonly Need[] => {
  if (written === undefined || written === null) return [];
  if (typeof written !== 'string' || written.includes('{{')) return placeNeeds('write', written);
  const folder = normaliseFilePath(written);
  return folder === undefined || !written.endsWith('/') ? [] : [inFolder('write', folder)];
};

const inFolder = (verbs: 'read' | 'write', folder: string): Need => ({
  power: 'file',
  scope: `${verbs} ${folder}`,
  sentence: `${DOES[verbs]} files in the folder ${folder}.`,
});

const anyFile = (verbs: 'read' | 'write'): Need => ({
  power: 'file',
  scope: `${verbs} *`,
  computed: true,
  sentence: `${DOES[verbs]} any file of the project: which one is only known when the flow runs.`,
});
