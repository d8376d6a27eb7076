/**
 * file.watch: a folder of the server's disk is watched, and each file that comes, changes or goes starts a run. These are its
 * settings; the engine looks, remembers what it has seen, and starts the runs.
 */

import {
  DURATION,
  defineTrigger,
  LONGEST_GLOB,
  milliseconds,
  type Need,
  normaliseFilePath,
  z,
} from '@headgate/core/step';

/** How often a folder is looked through. */
const SOONEST = 2_000;
const LATEST = 3_600_000;

const span = (from: number, to: number, text: string) =>
  z
    .string()
    .regex(DURATION, 'a duration as <int>(ms|s|m|h|d), e.g. 30s')
    .refine((written) => {
      const given = milliseconds(written) ?? -1;
      return given >= from && given <= to;
    }, text);

const isDisk = (path: string): boolean =>
  path.startsWith('disk/') && path.length > 'disk/'.length && path.endsWith('/') && normaliseFilePath(path) === path;

const pattern = z.string().min(1).max(LONGEST_GLOB);

export const trigger = defineTrigger({
  kind: 'file.watch',
  version: 1,
  title: 'When a file comes',
  summary:
    'Watches a folder that the admin of the server opened, and starts a run for each file that comes, changes or goes, once it is settled. The input of the run says the event, and path, name, size and time of the file.',
  input: z.strictObject({
    folder: z
      .string()
      .max(500)
      .refine(
        isDisk,
        'a folder of the server’s disk, written plainly: disk/NAME/ or one below it; it ends in /, and the admin opens it by HEADGATE_FOLDERS',
      )
      .describe('The folder, written plainly, e.g. disk/scans/ or disk/scans/invoices/.'),
    match: z
      .union([pattern, z.array(pattern).min(1).max(20)])
      .optional()
      .describe(
        'Which files, by their path below the folder: * stands for anything within a name, ? for one character, ** for any folders, e.g. *.pdf or **/*.csv. Left out: all, in folders below as well.',
      ),
    events: z
      .array(z.enum(['created', 'changed', 'deleted']))
      .min(1)
      .max(3)
      .optional()
      .describe('What starts a run: created, changed, deleted. Left out: created.'),
    settled: span(0, LATEST, 'a duration from 0s to 1h')
      .optional()
      .describe(
        'How long size and time of a file must have stood still before it counts, so that no half-written one is read, 0s to 1h. Left out: 2s.',
      ),
    every: span(SOONEST, LATEST, 'a duration from 2s to 1h')
      .optional()
      .describe(
        'How often the folder is looked through, 2s to 1h. Left out: 30s. What stirs right in the folder is looked at sooner.',
      ),
    from: z
      .enum(['now', 'all'])
      .optional()
      .describe('now (or left out): what is there when the trigger begins starts nothing. all: it does.'),
  }),
  needs: ({ folder }): readonly Need[] => {
    if (typeof folder === 'string' && isDisk(folder))
      return [{ power: 'file', scope: `read ${folder}`, sentence: `See which files are in ${folder}, and read them.` }];
    return [{ power: 'file', scope: 'read *', computed: true, sentence: 'Watch a folder that is not known yet.' }];
  },
});
