/** image.resize: a picture made smaller, and anew: nothing but its pixels comes along. What reads it runs in the jail. */

import { defineStep, done, failed, fileInfo, z } from '@headgate/core/step';
import { fromField, type Given, pathField, reading, writtenBy } from '../archive.pack/inputs.ts';
import { placeNeeds } from '../file.read/place.ts';

const TYPES = { png: 'image/png', jpeg: 'image/jpeg' } as const;
const told = z.object({ width: z.number(), height: z.number(), format: z.enum(['png', 'jpeg']) });
const side = z.int().min(1).max(20_000).optional();

/** What stands at the end of a path, or undefined. */
const formatOf = (path: string | undefined): 'png' | 'jpeg' | undefined =>
  path === undefined ? undefined : /\.png$/i.test(path) ? 'png' : /\.jpe?g$/i.test(path) ? 'jpeg' : undefined;

export const step = defineStep({
  kind: 'image.resize',
  version: 1,
  title: 'Resize a picture',
  group: 'data',
  summary:
    'Makes a PNG or JPEG picture of another size or form. It is made anew of its pixels: where and with what it was taken, comments and profiles do not come along.',
  input: z
    .strictObject({
      path: pathField('The picture, a file of the project.'),
      from: fromField,
      base64: z.string().optional().describe('Or the picture itself, as base64.'),
      to: pathField('The file of the project to write it to, e.g. out/small.jpg. Left out: it comes back as base64.'),
      width: side.describe('Its width in pixels. Left out: as the height wants it.'),
      height: side.describe('Its height in pixels. Left out: as the width wants it.'),
      fit: z
        .enum(['inside', 'cover', 'fill'])
        .optional()
        .describe(
          'inside: all of it within width and height. cover: both filled, its edges cut off. fill: pulled into shape. Left out: inside.',
        ),
      enlarge: z.boolean().optional().describe('True: also larger than it is, with fit inside. Left out: false.'),
      format: z.enum(['png', 'jpeg']).optional().describe('Left out: by the end of `to`, else what it was.'),
      quality: z.int().min(1).max(100).optional().describe('Of a JPEG. Left out: 85.'),
      pixels: z
        .int()
        .min(1)
        .max(100_000_000)
        .optional()
        .describe('Pixels that it, and what is made of it, may have. Left out: 25 million.'),
    })
    .refine(
      ({ path, from, base64 }) => [path, from, base64].filter((one) => one !== undefined).length === 1,
      'one of `path`, `from` and `base64`',
    ),
  output: z
    .object({
      width: z.int(),
      height: z.int(),
      format: z.string().describe('png or jpeg.'),
      file: fileInfo.optional().describe('The file it was written to.'),
      base64: z.string().optional().describe('Without `to`: the picture.'),
    })
    .describe('The picture that was made.'),
  needs: (raw) => [...placeNeeds('read', raw['path']), ...placeNeeds('write', raw['to'])],
  repeatable: () => true,
  run: async (asked, can) => {
    const { path, from, base64, to, width = null, height = null } = asked;
    const { fit = 'inside', enlarge = false, quality = 85, pixels = 25_000_000 } = asked;
    const format = asked.format ?? formatOf(to) ?? null;
    const given: Given = { path, from, base64 };
    const made = await reading(can, given, async ({ size, read }) => {
      const type = format === null ? 'application/octet-stream' : TYPES[format];
      const written = await writtenBy(can, { path: to, type }, (write) =>
        can.formats.run({
          program: 'image',
          input: { size, width, height, fit, format, quality, pixels, enlarge },
          read: async (_source, first, last) => read(first, last),
          write,
        }),
      );
      return 'problem' in written ? written : { value: written };
    });
    if ('problem' in made) return failed(made.problem, made.sent);
    const { file } = made.value;
    const about = told.parse(made.value.value);
    return done({ ...about, ...(typeof file === 'string' ? { base64: file } : { file }) });
  },
});
