/**
 * The program that packs and unpacks archives: zip, and tar in gzip.
 *
 * AR1 An archive is read to its end, and all that is in it counted, before a byte of it is given out: `list` comes first
 *     (rows FS-06, DOS-04).
 * AR2 It knows nothing of paths: names are told as they are, and judged by who writes files.
 */

import { fault, program, Sink, Source } from './bytes.ts';
import { type Bounds, Budget, gunzipped } from './inflate.ts';
import { readTar, type TarEntry, writeTar } from './tar.ts';
import { writeZip, zipEntries } from './zip.ts';

type Input =
  | ({ readonly do: 'list'; readonly size: number } & Bounds)
  | ({ readonly do: 'unpack'; readonly size: number; readonly wanted: readonly number[] } & Bounds)
  | {
      readonly do: 'pack';
      readonly format: 'zip' | 'tar.gz';
      readonly entries: readonly { readonly name: string; readonly size: number }[];
    };

const MAGIC = [
  [0x50, 0x4b, 'zip'],
  [0x1f, 0x8b, 'tar.gz'],
] as const;

const formatOf = async (source: Source): Promise<'zip' | 'tar.gz'> => {
  const [a, b] = await source.at(0, 2);
  const found = MAGIC.find(([first, second]) => a === first && b === second);
  if (found === undefined)
    throw fault('archive.format', 'It is neither a zip archive nor a tar archive in gzip', {
      fix: 'Give it a .zip or .tar.gz file.',
    });
  return found[2];
};

type Each = (entry: TarEntry, data: AsyncGenerator<Uint8Array>, number: number) => Promise<void>;

const walk = async (source: Source, bounds: Bounds, each: Each): Promise<'zip' | 'tar.gz'> => {
  const budget = new Budget(bounds, source.size);
  const format = await formatOf(source);
  if (format === 'zip') {
    const entries = await zipEntries(source, budget);
    for (const [i, { name, size, folder, data }] of entries.entries()) await each({ name, size, folder }, data(), i);
    return format;
  }
  let number = 0;
  await readTar(gunzipped(source, budget), budget, async (entry, data) => {
    await each(entry, data, number);
    number += 1;
  });
  return format;
};

// oxlint-disable-next-line import/no-default-export -- it is what a runner calls
export default program<Input>(async (input, host) => {
  switch (input.do) {
    case 'list': {
      const entries: TarEntry[] = [];
      const format = await walk(new Source(host, 0, input.size), input, async (entry, data) => {
        for await (const _ of data);
        entries.push(entry);
      });
      return { format, entries };
    }
    case 'unpack': {
      const wanted = new Set(input.wanted);
      await walk(new Source(host, 0, input.size), input, async (_entry, data, number) => {
        if (!wanted.has(number)) return;
        const sink = new Sink(host, number);
        for await (const piece of data) await sink.add(piece);
        await sink.end();
      });
      return null;
    }
    case 'pack': {
      const sink = new Sink(host, 0);
      const entries = input.entries.map(({ name, size }, i) => ({
        name,
        size,
        pieces: () => new Source(host, i, size).pieces(),
      }));
      if (input.format === 'zip') await writeZip(entries, sink);
      else await writeTar(entries, sink);
      await sink.end();
      return sink.written;
    }
  }
});
