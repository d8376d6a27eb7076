/**
 * Files as formats read and write them: a source is a file of the project, a reference, or what stands in the step itself;
 * what is made goes into a file, or comes back.
 */

import {
  type Can,
  done,
  failed,
  type Outcome,
  type FileInfo,
  type FormatCall,
  fileRef,
  fromBase64,
  gather,
  piped,
  problem,
  type Refused,
  toBase64,
  z,
} from '@headgate/core/step';

type Ref = z.output<typeof fileRef>;
export type Given = {
  readonly text?: string | undefined;
  readonly base64?: string | undefined;
  readonly path?: string | undefined;
  readonly from?: Ref | undefined;
};
/** Bytes that can be asked for piece by piece. */
export type Bytes = {
  readonly size: number;
  readonly read: (from: number, to: number) => Promise<Uint8Array | Refused>;
};

export const pathField = (description: string) => z.string().min(1).max(1000).optional().describe(description);
export const fromField = fileRef
  .optional()
  .describe('Or a reference that an earlier step gave, e.g. {{ steps.fetch.body }}.');

const refused = (code: 'file.base64', text: string): Refused => ({
  problem: problem(code, text, { at: { field: 'base64' } }),
  sent: 'no',
});

export const bytesIn = (bytes: Uint8Array): Bytes => ({
  size: bytes.length,
  read: async (from, to) => bytes.subarray(from, to),
});

/** Lets `use` read what was given. */
export const reading = async <T>(
  can: Can,
  { text, base64, path, from }: Given,
  use: (source: Bytes) => Promise<{ readonly value: T } | Refused>,
): Promise<{ readonly value: T } | Refused> => {
  if (text !== undefined) return use(bytesIn(new TextEncoder().encode(text)));
  if (base64 !== undefined) {
    const bytes = fromBase64(base64);
    return bytes === undefined ? refused('file.base64', '`base64` is no base64') : use(bytesIn(bytes));
  }
  const got = await can.files.read(from ?? path ?? '', (file) =>
    use({
      size: file.size,
      read: async (first, last) => (await gather(file.read(first, last), last - first)) ?? new Uint8Array(0),
    }),
  );
  return 'problem' in got ? got : got.value;
};

/** Runs a program that reads one source. */
export const readBy = (
  can: Can,
  given: Given,
  call: (size: number) => Omit<FormatCall, 'read'>,
): Promise<{ readonly value: unknown } | Refused> =>
  reading(can, given, ({ size, read }) =>
    can.formats.run({ ...call(size), read: async (_source, from, to) => read(from, to) }),
  );

/** The fields of a step that reads one text: itself, a file of the project, or a reference. */
export const textFields = (what: string, example: string) => ({
  text: z.string().optional().describe(`The ${what} itself, e.g. ${example}.`),
  path: pathField(`Or a file of the project that holds it.`),
  from: fromField,
});
export const oneSource = (given: Given): boolean =>
  [given.text, given.base64, given.path, given.from].filter((one) => one !== undefined).length === 1;
export const ONE_SOURCE = 'one of `text`, `path` and `from`';

/** Writes a text to a file of the project, or gives it back. */
export const textOut = async (
  can: Can,
  text: string,
  to: { readonly path: string | undefined; readonly type: string },
): Promise<Outcome> => {
  if (to.path === undefined) return done(text);
  const made = await can.files.write(to.path, text, { type: to.type });
  return 'problem' in made ? failed(made.problem, made.sent) : done(made.value);
};

/** Bytes that become a value, as base64. */
const MOST = 8 * 1024 * 1024;

/** Runs a program that writes one file: into the project, or as base64. */
export const writtenBy = async (
  can: Can,
  to: { readonly path: string | undefined; readonly type: string },
  run: (write: NonNullable<FormatCall['write']>) => Promise<{ readonly value: unknown } | Refused>,
): Promise<{ readonly value: unknown; readonly file: FileInfo | string } | Refused> => {
  const done = await piped<unknown, FileInfo | string>(
    (pipe) => run(async (_out, piece) => pipe.write(piece)),
    async (bytes) => {
      const { path, type } = to;
      if (path !== undefined) return can.files.write(path, bytes, { type });
      const whole = await gather(bytes, MOST);
      return whole === undefined ? { problem: tooLarge, sent: 'no' } : { value: toBase64(whole) };
    },
  );
  return 'problem' in done ? done : { value: done.made, file: done.stored };
};

const tooLarge = problem('file.size', 'What was made is more than 8 MB, which is no value', {
  at: { field: 'path' },
  fix: 'Say a `path`, and it is written there.',
});
