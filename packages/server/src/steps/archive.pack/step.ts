/** archive.pack: files and texts as one zip or tar.gz archive. What packs them runs in the jail. */

import { defineStep, done, failed, fileInfo, type Need, type Refused, z } from '@headgate/core/step';
import { folderNeeds, placeNeeds } from '../file.read/place.ts';
import { type Bytes, bytesIn, fromField, type Given, pathField, reading, writtenBy } from './inputs.ts';
import { badCount, badName, entryName, sameName } from './names.ts';

const MOST_ENTRIES = 10_000;
/** Files of a folder that are listed at once. */
const PAGE = 1_000;

const entry = z
  .strictObject({
    name: z.string().max(1000).optional().describe('What it is called in the archive. Left out: its path.'),
    path: pathField('A file of the project.'),
    from: fromField,
    text: z.string().optional().describe('Or what it holds, a text.'),
    base64: z.string().optional().describe('Or what it holds, as base64.'),
  })
  .refine(
    ({ path, from, text, base64 }) => [path, from, text, base64].filter((one) => one !== undefined).length === 1,
    'one of `path`, `from`, `text` and `base64`',
  );
type Entry = z.output<typeof entry>;

const TYPES = { zip: 'application/zip', 'tar.gz': 'application/gzip' } as const;

/** The powers to read what entries name; those of a list that is computed, any file. */
const entryNeeds = (written: unknown): readonly Need[] =>
  Array.isArray(written)
    ? (written as readonly unknown[]).flatMap((one) =>
        typeof one === 'object' && one !== null
          ? placeNeeds('read', (one as Record<string, unknown>)['path'])
          : placeNeeds('read', '{{'),
      )
    : written === undefined
      ? []
      : placeNeeds('read', '{{');

export const step = defineStep({
  kind: 'archive.pack',
  version: 1,
  title: 'Pack an archive',
  group: 'data',
  summary:
    'Packs files of the project, what references lead to and texts into one archive, zip or tar.gz. The same content gives the same archive, byte by byte: no entry carries a time.',
  input: z
    .strictObject({
      entries: z
        .array(entry)
        .max(MOST_ENTRIES)
        .optional()
        .describe('What goes in, in order: files by path, references, or texts with a name.'),
      folder: z
        .string()
        .max(1000)
        .optional()
        .describe('Or a folder of the project, such as out/: all files below it, named from there.'),
      format: z.enum(['zip', 'tar.gz']).optional().describe('Left out: by the end of `path`, else zip.'),
      path: pathField(
        'The file of the project to write it to, e.g. out/{{ input.day }}.zip. Left out: it comes back as base64.',
      ),
    })
    .refine(
      ({ entries, folder }) => (entries === undefined) !== (folder === undefined),
      'either `entries` or `folder`',
    ),
  output: z
    .union([fileInfo, z.string()])
    .describe('The file it was written to, or, without `path`, the archive as base64.'),
  needs: (raw) => [
    ...entryNeeds(raw['entries']),
    ...(raw['folder'] === undefined ? [] : folderNeeds(raw['folder'])),
    ...placeNeeds('write', raw['path']),
  ],
  repeatable: () => true,
  run: async ({ entries, folder, format, path }, can) => {
    const listed = folder === undefined ? { value: entries ?? [] } : await filesBelow(folder);
    if ('problem' in listed) return failed(listed.problem, listed.sent);
    const names: string[] = [];
    for (const [i, one] of listed.value.entries()) {
      const given = one.name ?? one.path ?? one.from?.path ?? `entry-${i + 1}`;
      const name = entryName(given);
      if (name === undefined) return failed(badName(given, 'entries'), 'no');
      names.push(name);
    }
    const twice = sameName(names);
    if (twice !== undefined) return failed(twice, 'no');
    const as = format ?? (path !== undefined && /\.(tar\.gz|tgz)$/i.test(path) ? 'tar.gz' : 'zip');
    const sources: Bytes[] = [];
    for (const one of listed.value) {
      // Held by a reference, so that what is packed is what it was when its size was told.
      const held = await heldOf(one);
      if ('problem' in held) return failed(held.problem, held.sent);
      const sized = await reading(can, held.value, async ({ size }) => ({ value: size }));
      if ('problem' in sized) return failed(sized.problem, sized.sent);
      sources.push({
        size: sized.value,
        read: async (from, to) => {
          const got = await reading(can, held.value, async (source) => {
            const piece = await source.read(from, to);
            return 'problem' in piece ? piece : { value: piece };
          });
          return 'problem' in got ? got : got.value;
        },
      });
    }
    const made = await writtenBy(can, { path, type: TYPES[as] }, (write) =>
      can.formats.run({
        program: 'archive',
        input: { do: 'pack', format: as, entries: names.map((name, i) => ({ name, size: sources[i]?.size ?? 0 })) },
        read: async (source, from, to) => (sources[source] ?? bytesIn(new Uint8Array(0))).read(from, to),
        write,
      }),
    );
    return 'problem' in made ? failed(made.problem, made.sent) : done(made.file);

    async function heldOf(one: Entry): Promise<{ readonly value: Given } | Refused> {
      if (one.path === undefined) return { value: one };
      const ref = await can.files.keep(one.path);
      return 'problem' in ref ? ref : { value: { from: ref.value } };
    }

    async function filesBelow(within: string): Promise<{ readonly value: readonly Entry[] } | Refused> {
      const found: Entry[] = [];
      for (let after: string | undefined; ; ) {
        const page = await can.files.list(within, after === undefined ? { limit: PAGE } : { limit: PAGE, after });
        if ('problem' in page) return page;
        for (const file of page.value.files) {
          found.push({ path: file.path, name: file.path.slice(within.length) });
          after = file.path;
        }
        if (!page.value.more || found.length > MOST_ENTRIES) break;
      }
      return found.length > MOST_ENTRIES ? { problem: badCount(MOST_ENTRIES), sent: 'no' } : { value: found };
    }
  },
});
