/**
 * The program that makes pictures smaller: PNG (fast-png) and JPEG (jpeg-js), scaled by averaging what falls together.
 *
 * IM1 How large a picture is stands in its first bytes, and is judged before a pixel is unpacked (a pixel bomb is a small
 *     file that says it is a huge picture).
 * IM2 What comes out is made anew of pixels alone: no place, no camera, no comment, no colour profile comes along. How a
 *     photograph was held (EXIF orientation) is applied.
 */

import './image-world.ts';
import { decode as decodePng, encode as encodePng } from 'fast-png';
import { decode as decodeJpeg, encode as encodeJpeg } from 'jpeg-js';
import { fault, program, Sink, Source } from './bytes.ts';

type Input = {
  readonly size: number;
  readonly width: number | null;
  readonly height: number | null;
  readonly fit: 'inside' | 'cover' | 'fill';
  readonly format: 'png' | 'jpeg' | null;
  readonly quality: number;
  readonly pixels: number;
  readonly enlarge: boolean;
};
/** Four bytes a pixel: red, green, blue, opacity. */
type Picture = { readonly width: number; readonly height: number; readonly data: Uint8Array };

const LARGEST = 64 * 1024 * 1024;

const damaged = (what: string) =>
  fault('image.damaged', `The picture is damaged: ${what}`, { fix: 'Fetch or make it again.' });
const u16 = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
const u32 = (bytes: Uint8Array, at: number): number => u16(bytes, at) * 65_536 + u16(bytes, at + 2);

const isPng = (bytes: Uint8Array): boolean => u32(bytes, 0) === 0x89504e47 && u32(bytes, 4) === 0x0d0a1a0a;
const isJpeg = (bytes: Uint8Array): boolean => u16(bytes, 0) === 0xffd8;

/** Width, height and how it was held, from the segments before the pixels (ITU T.81, Exif 2.3). */
const jpegHead = (bytes: Uint8Array): { width: number; height: number; held: number } => {
  let held = 1;
  for (let at = 2; at + 9 < bytes.length; ) {
    if (bytes[at] !== 0xff) throw damaged('its segments are cut off');
    const kind = bytes[at + 1] ?? 0;
    if (kind === 0xff) {
      at += 1;
      continue;
    }
    const length = u16(bytes, at + 2);
    if (kind >= 0xc0 && kind <= 0xcf && kind !== 0xc4 && kind !== 0xc8 && kind !== 0xcc)
      return { height: u16(bytes, at + 5), width: u16(bytes, at + 7), held };
    if (kind === 0xe1) held = heldIn(bytes.subarray(at + 4, at + 2 + length)) ?? held;
    if (kind === 0xda || length < 2) break;
    at += 2 + length;
  }
  throw damaged('it does not say how large it is');
};

/** The tag 0x0112 of the first directory. */
const heldIn = (exif: Uint8Array): number | undefined => {
  if (u32(exif, 0) !== 0x45786966) return undefined;
  const tiff = exif.subarray(6);
  const little = u16(tiff, 0) === 0x4949;
  const two = (at: number): number => (little ? (tiff[at] ?? 0) | ((tiff[at + 1] ?? 0) << 8) : u16(tiff, at));
  const four = (at: number): number => (little ? two(at) + two(at + 2) * 65_536 : u32(tiff, at));
  const start = four(4);
  for (let i = 0; i < Math.min(two(start), 200); i += 1)
    if (two(start + 2 + 12 * i) === 0x0112) {
      const value = two(start + 2 + 12 * i + 8);
      return value >= 1 && value <= 8 ? value : undefined;
    }
  return undefined;
};

const judge = (width: number, height: number, pixels: number): void => {
  if (width < 1 || height < 1) throw damaged('it has no pixels');
  if (width * height > pixels)
    throw fault('image.large', `It has ${width} × ${height} pixels, which is more than ${pixels}`, {
      at: { field: 'pixels' },
      fix: 'Raise `pixels` where pictures are meant to be so large.',
    });
};

const fromPng = (bytes: Uint8Array): Picture => {
  const { width, height, data, channels, depth, palette } = decodePng(bytes);
  const made = new Uint8Array(width * height * 4);
  const scale = depth === 16 ? 257 : depth < 8 && palette === undefined ? 255 / ((1 << depth) - 1) : 1;
  const packed = depth < 8;
  const rowBytes = Math.ceil((width * depth * channels) / 8);
  const sample = (x: number, y: number, channel: number): number => {
    if (!packed) return (data[(y * width + x) * channels + channel] ?? 0) / (depth === 16 ? 257 : 1);
    const bit = x * depth;
    const byte = data[y * rowBytes + (bit >> 3)] ?? 0;
    return (byte >> (8 - depth - (bit & 7))) & ((1 << depth) - 1);
  };
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) {
      const at = (y * width + x) * 4;
      if (palette !== undefined) {
        const colour = palette[sample(x, y, 0)] ?? [0, 0, 0];
        for (let c = 0; c < 3; c += 1) made[at + c] = colour[c] ?? 0;
        made[at + 3] = colour[3] ?? 255;
      } else if (channels <= 2) {
        const grey = packed ? sample(x, y, 0) * scale : sample(x, y, 0);
        made.fill(grey, at, at + 3);
        made[at + 3] = channels === 2 ? sample(x, y, 1) : 255;
      } else {
        for (let c = 0; c < 3; c += 1) made[at + c] = sample(x, y, c);
        made[at + 3] = channels === 4 ? sample(x, y, 3) : 255;
      }
    }
  return { width, height, data: made };
};

/** Turned as it was held. */
const turned = ({ width, height, data }: Picture, held: number): Picture => {
  if (held === 1) return { width, height, data };
  const swap = held >= 5;
  const [w, h] = swap ? [height, width] : [width, height];
  const made = new Uint8Array(data.length);
  for (let y = 0; y < h; y += 1)
    for (let x = 0; x < w; x += 1) {
      const [u, v] = swap ? [y, x] : [x, y];
      const sx = held === 2 || held === 3 || held === 7 || held === 8 ? width - 1 - u : u;
      const sy = held === 3 || held === 4 || held === 6 || held === 7 ? height - 1 - v : v;
      const from = (sy * width + sx) * 4;
      made.set(data.subarray(from, from + 4), (y * w + x) * 4);
    }
  return { width: w, height: h, data: made };
};

/** Along one side: for each new pixel the old ones that fall into it, and how much of each. */
const sharesOf = (from: number, start: number, length: number, to: number): { first: number; shares: number[] }[] =>
  Array.from({ length: to }, (_, i) => {
    const low = start + (i * length) / to;
    const high = start + ((i + 1) * length) / to;
    if (length <= to) {
      // Larger than it was: between the two that are nearest.
      const centre = Math.min(Math.max((low + high) / 2 - 0.5, 0), from - 1);
      const first = Math.floor(centre);
      return first + 1 < from ? { first, shares: [1 - (centre - first), centre - first] } : { first, shares: [1] };
    }
    const first = Math.floor(low);
    const shares: number[] = [];
    for (let at = first; at < Math.min(Math.ceil(high), from); at += 1)
      shares.push((Math.min(at + 1, high) - Math.max(at, low)) / (high - low));
    return { first, shares };
  });

/** Scaled to a size, of the part that begins at `left`, `top`. Colours count by how opaque they are. */
const scaled = (
  picture: Picture,
  part: { readonly left: number; readonly top: number; readonly width: number; readonly height: number },
  width: number,
  height: number,
): Picture => {
  const across = sharesOf(picture.width, part.left, part.width, width);
  const down = sharesOf(picture.height, part.top, part.height, height);
  const made = new Uint8Array(width * height * 4);
  const line = new Float64Array(picture.width * 4);
  for (let y = 0; y < height; y += 1) {
    const { first, shares } = down[y] ?? { first: 0, shares: [] };
    line.fill(0);
    for (const [k, share] of shares.entries()) {
      const from = (first + k) * picture.width * 4;
      for (let x = 0; x < line.length; x += 4) {
        const opacity = (picture.data[from + x + 3] ?? 0) * share;
        line[x] = (line[x] ?? 0) + (picture.data[from + x] ?? 0) * opacity;
        line[x + 1] = (line[x + 1] ?? 0) + (picture.data[from + x + 1] ?? 0) * opacity;
        line[x + 2] = (line[x + 2] ?? 0) + (picture.data[from + x + 2] ?? 0) * opacity;
        line[x + 3] = (line[x + 3] ?? 0) + opacity;
      }
    }
    for (let x = 0; x < width; x += 1) {
      const { first: start, shares: parts } = across[x] ?? { first: 0, shares: [] };
      let [r, g, b, a] = [0, 0, 0, 0];
      for (const [k, share] of parts.entries()) {
        const at = (start + k) * 4;
        r += (line[at] ?? 0) * share;
        g += (line[at + 1] ?? 0) * share;
        b += (line[at + 2] ?? 0) * share;
        a += (line[at + 3] ?? 0) * share;
      }
      const at = (y * width + x) * 4;
      if (a <= 0) continue;
      made[at] = Math.round(r / a);
      made[at + 1] = Math.round(g / a);
      made[at + 2] = Math.round(b / a);
      made[at + 3] = Math.round(a);
    }
  }
  return { width, height, data: made };
};

const opened = (bytes: Uint8Array, pixels: number): Picture => {
  if (isPng(bytes)) {
    judge(u32(bytes, 16), u32(bytes, 20), pixels);
    return fromPng(bytes);
  }
  const { width, height, held } = jpegHead(bytes);
  judge(width, height, pixels);
  const { data } = decodeJpeg(bytes, {
    useTArray: true,
    formatAsRGBA: true,
    maxResolutionInMP: Math.ceil(pixels / 1e6) + 1,
    maxMemoryUsageInMB: 4_096,
  });
  return turned({ width, height, data }, held);
};

const resized = (picture: Picture, { width, height, fit, enlarge, pixels }: Input): Picture => {
  const whole = { left: 0, top: 0, width: picture.width, height: picture.height };
  const [wide, high] = [(width ?? Infinity) / picture.width, (height ?? Infinity) / picture.height];
  if (width === null && height === null) return picture;
  if (fit === 'inside' || width === null || height === null) {
    const by = Math.min(wide, high, enlarge ? Infinity : 1);
    const [w, h] = [Math.max(1, Math.round(picture.width * by)), Math.max(1, Math.round(picture.height * by))];
    judge(w, h, pixels);
    return w === picture.width && h === picture.height ? picture : scaled(picture, whole, w, h);
  }
  judge(width, height, pixels);
  if (fit === 'fill') return scaled(picture, whole, width, height);
  const by = Math.max(wide, high);
  const part = { width: width / by, height: height / by };
  return scaled(
    picture,
    { ...part, left: (picture.width - part.width) / 2, top: (picture.height - part.height) / 2 },
    width,
    height,
  );
};

/** Without opacity, which JPEG has not: what shows through is white. */
const onWhite = ({ width, height, data }: Picture): Picture => {
  const made = new Uint8Array(data.length);
  for (let at = 0; at < data.length; at += 4) {
    const opacity = (data[at + 3] ?? 0) / 255;
    for (let c = 0; c < 3; c += 1) made[at + c] = Math.round((data[at + c] ?? 0) * opacity + 255 * (1 - opacity));
    made[at + 3] = 255;
  }
  return { width, height, data: made };
};

const encoded = (picture: Picture, format: 'png' | 'jpeg', quality: number): Uint8Array =>
  format === 'png'
    ? encodePng({ width: picture.width, height: picture.height, data: picture.data, channels: 4, depth: 8 })
    : encodeJpeg({ ...onWhite(picture) }, quality).data;

// oxlint-disable-next-line import/no-default-export -- it is what a runner calls
export default program<Input>(async (input, host) => {
  const bytes = await new Source(host, 0, input.size).whole(LARGEST, () =>
    fault('image.large', 'The file is larger than 64 MB'),
  );
  if (!isPng(bytes) && !isJpeg(bytes))
    throw fault('image.format', 'It is neither a PNG nor a JPEG picture', { fix: 'Give it a .png or .jpg file.' });
  let picture: Picture;
  try {
    picture = opened(bytes, input.pixels);
  } catch (error) {
    if (error instanceof Error && 'fault' in error) throw error;
    throw damaged(error instanceof Error ? error.message.slice(0, 100) : 'its pixels make no sense');
  }
  const made = resized(picture, input);
  const format = input.format ?? (isPng(bytes) ? 'png' : 'jpeg');
  const sink = new Sink(host, 0);
  await sink.add(encoded(made, format, input.quality));
  await sink.end();
  return { width: made.width, height: made.height, format };
});
