/**
 * Names of entries of archives. They become paths of files, and a path has one spelling alone: what climbs, is absolute,
 * or could be read in more than one way is no name (rows FS-02, FS-06).
 */

import { filePath, type Problem, problem } from '@headgate/core/step';

/** The name as a path; undefined where it is none. A leading `./` is how tar writes here. */
export const entryName = (name: string): string | undefined => {
  const plain = name.replace(/^(?:\.\/)+/, '');
  return filePath(plain) === plain ? plain : undefined;
};

export const badName = (name: string, field: string): Problem =>
  problem('archive.name', `The entry ${JSON.stringify(name.slice(0, 80))} has a name that is no path of a file`, {
    at: { field },
    fix: 'Names are joined by /: none of them . or .., none empty, no \\ and no control characters.',
  });

export const badCount = (most: number): Problem =>
  problem('archive.entries', `An archive takes ${most} files at most`, {
    at: { field: 'folder' },
    fix: 'Pack several archives.',
  });

/** Two entries of one name: the one would hide the other. */
export const sameName = (names: readonly string[]): Problem | undefined => {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name))
      return problem('archive.twice', `The archive holds ${JSON.stringify(name.slice(0, 80))} twice`, {
        fix: 'Give each entry a name of its own.',
      });
    seen.add(name);
  }
  return undefined;
};
