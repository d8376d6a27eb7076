/**
 * archive.unpack: what a zip or tar.gz archive holds, as files of the project. What reads it runs in the jail.
 *
 * AU1 All of it is read, counted and judged before the first file is written: an archive with one name that climbs, one
 *     link or one byte too many writes nothing (row FS-06).
 * AU2 Names are judged here, from what the program told, and written below the folder that was lent and nowhere else.
 */

import {
  type Can,
  defineStep,
  done,
  failed,
  type FileInfo,
  Pipe,
  type Refused,
  storedFrom,
  z,
} from '@headgate/core/step';
import { intoNeeds, placeNeeds } from '../file.read/place.ts';
import { type Bytes, fromField, pathField, reading } from '../archive.pack/inputs.ts';
import { badName, entryName, sameName } from '../archive.pack/names.ts';

const MB = 1024 * 1024;
const told = z.object({
  format: z.enum(['zip', 'tar.gz']),
  entries: z.array(z.object({ name: z.string(), size: z.number(), folder: z.boolean() })),
});
type Told = z.output<typeof told>;
type Wanted = { readonly number: number; readonly name: string; readonly size: number };
type Bounds = { readonly entries: number; readonly bytes: number; readonly ratio: number };

export const step = defineStep({
  kind: 'archive.unpack',
  version: 1,
  title: 'Unpack an archive',
  group: 'data',
  summary:
    'Writes what a zip or tar.gz archive holds as files below a folder of the project, or, without a folder, tells what is in it. An archive with a link, a name that climbs out, or more than it may hold is refused whole: then nothing is written.',
  input: z
    .strictObject({
      path: pathField('The archive, a file of the project.'),
      from: fromField,
      into: z
        .string()
        .max(1000)
        .regex(/\/$/, 'a folder, which ends in /')
        .optional()
        .describe(
          'The folder to write into, e.g. in/{{ input.name }}/. Left out: nothing is written, the entries are told.',
        ),
      only: z.array(z.string()).max(10_000).optional().describe('Names of the entries to write. Left out: all.'),
      entries: z.int().min(1).max(10_000).optional().describe('Entries at most. Left out: 1000.'),
      bytes: z
        .int()
        .min(1)
        .max(4096 * MB)
        .optional()
        .describe('Bytes at most that all entries together unpack to. Left out: 256 MB.'),
      ratio: z
        .int()
        .min(1)
        .max(2000)
        .optional()
        .describe('How many times larger than the archive its content may be. Left out: 200.'),
    })
    .refine(({ path, from }) => (path === undefined) !== (from === undefined), 'either `path` or `from`'),
  output: z
    .object({
      format: z.string().describe('zip or tar.gz.'),
      entries: z.array(z.object({ name: z.string(), size: z.int() })).describe('The files it holds, in their order.'),
      files: z.array(z.unknown()).describe('The files that were written.'),
    })
    .describe('What it holds, and what was written.'),
  needs: (raw) => [...placeNeeds('read', raw['path']), ...intoNeeds(raw['into'])],
  // Written again they hold the same.
  repeatable: () => true,
  run: async ({ path, from, into, only, entries = 1_000, bytes = 256 * MB, ratio = 200 }, can) => {
    const bounds = { entries, bytes, ratio };
    const result = await reading(can, { path, from }, async (source) => {
      const listed = await listOf(can, source, bounds);
      if ('problem' in listed) return listed;
      const { format, entries: all } = listed.value;
      const files: Wanted[] = [];
      for (const [number, { name, size, folder }] of all.entries()) {
        const plain = entryName(folder ? name.replace(/\/+$/, '') : name);
        // The folder of the archive itself, as tar writes it.
        if (plain === undefined && folder && /^\.?\/*$/.test(name)) continue;
        if (plain === undefined) return { problem: badName(name, 'path'), sent: 'no' };
        if (!folder) files.push({ number, name: plain, size });
      }
      const twice = sameName(files.map(({ name }) => name));
      if (twice !== undefined) return { problem: twice, sent: 'no' };
      const told = files.map(({ name, size }) => ({ name, size }));
      if (into === undefined) return { value: { format, entries: told, files: [] } };
      const names = only === undefined ? null : new Set(only);
      const wanted = files.filter(({ name }) => names === null || names.has(name));
      const written = await write(can, source, bounds, into, wanted);
      return 'problem' in written ? written : { value: { format, entries: told, files: written.value } };
    });
    return 'problem' in result ? failed(result.problem, result.sent) : done(result.value);
  },
});

const listOf = async (can: Can, { size, read }: Bytes, bounds: Bounds): Promise<{ readonly value: Told } | Refused> => {
  const listed = await can.formats.run({
    program: 'archive',
    input: { do: 'list', size, ...bounds },
    read: async (_source, from, to) => read(from, to),
  });
  return 'problem' in listed ? listed : { value: told.parse(listed.value) };
};

type Open = {
  readonly number: number;
  readonly pipe: Pipe;
  readonly stored: Promise<{ readonly value: FileInfo } | Refused>;
};

/** Writes entries one after the other, as their bytes come. */
const write = async (
  can: Can,
  { size, read }: Bytes,
  bounds: Bounds,
  into: string,
  wanted: readonly Wanted[],
): Promise<{ readonly value: readonly FileInfo[] } | Refused> => {
  const files: FileInfo[] = [];
  const byNumber = new Map(wanted.map((one) => [one.number, one]));
  let open: Open | null = null;
  const begin = (number: number, name: string): Open => {
    const pipe = new Pipe();
    const stored = storedFrom(pipe, (bytes) => can.files.write(`${into}${name}`, bytes));
    return { number, pipe, stored };
  };
  const ran = await can.formats.run({
    program: 'archive',
    input: { do: 'unpack', size, wanted: wanted.map(({ number }) => number), ...bounds },
    read: async (_source, from, to) => read(from, to),
    write: async (number, piece, last) => {
      const one = byNumber.get(number);
      // Its own word was that these are the entries.
      if (one === undefined) return { problem: badName(`number ${number}`, 'path'), sent: 'no' };
      open ??= begin(number, one.name);
      const why = await open.pipe.write(piece);
      if (why !== null || !last) return why;
      open.pipe.end();
      const stored = await open.stored;
      open = null;
      byNumber.delete(number);
      if ('problem' in stored) return stored;
      files.push(stored.value);
      return null;
    },
  });
  if ('problem' in ran) {
    await ended(open, ran);
    return ran;
  }
  return { value: files };
};

/** A file that is half written goes no further, and leaves nothing. */
const ended = async (open: Open | null, why: Refused): Promise<void> => {
  open?.pipe.stop(why);
  await open?.stored;
};
