/**
 * One recording of the microphone, as a file that a chat takes.
 *
 * RE1 The microphone is on until it ends, and no longer, however it ends.
 * RE2 It ends by itself at five minutes, or before it is larger than the chat takes.
 */

import { fits, type Takes } from './takes.ts';

const LONGEST = 300;
const BITS = 32_000;
const FORMATS = [
  { type: 'audio/webm;codecs=opus', ending: 'webm' },
  { type: 'audio/mp4', ending: 'm4a' },
  { type: 'audio/ogg;codecs=opus', ending: 'ogg' },
] as const;

type Format = (typeof FORMATS)[number];

const plain = (type: string): string => type.split(';')[0] ?? type;

/** How this browser records what the chat takes; null: not at all. */
export const formatFor = (takes: Takes | null): Format | null => {
  if (takes === null || typeof MediaRecorder !== 'function') return null;
  // Pages that came over a line without encryption have none, whatever the types say.
  if ((navigator.mediaDevices as MediaDevices | undefined) === undefined) return null;
  const fitting = FORMATS.find(({ type }) => fits(plain(type), takes.kinds) && MediaRecorder.isTypeSupported(type));
  return fitting ?? null;
};

/** Seconds. */
export const longestFor = ({ size }: Takes): number => Math.min(LONGEST, Math.floor((size * 8 * 0.9) / BITS));

export type Recording = {
  /** `sends`: what was said is sent at once; null: it is dropped. */
  readonly end: (sends: boolean | null) => void;
};

type On = {
  readonly second: (seconds: number) => void;
  /** It is over. `file` null: it was dropped. */
  readonly over: (file: File | null, sends: boolean) => void;
};

/** Begins one; null: the browser lets nobody be heard here. */
export const record = async (takes: Takes, name: string, on: On): Promise<Recording | null> => {
  const format = formatFor(takes);
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true }).catch(() => null);
  if (format === null || stream === null) return null;
  const { type, ending } = format;
  const recorder = new MediaRecorder(stream, { mimeType: type, audioBitsPerSecond: BITS });
  const pieces: BlobPart[] = [];
  let bytes = 0;
  let seconds = 0;
  let then: boolean | null = null;
  const end: Recording['end'] = (sends) => {
    if (recorder.state === 'inactive') return;
    then = sends;
    recorder.stop();
  };
  const tick = setInterval(() => {
    seconds += 1;
    on.second(seconds);
    if (seconds >= longestFor(takes)) end(false);
  }, 1000);
  recorder.addEventListener('dataavailable', ({ data }) => {
    // A piece that would be too much is left out: what there is until then can be heard.
    if (bytes + data.size > takes.size) return end(false);
    bytes += data.size;
    pieces.push(data);
  });
  recorder.addEventListener('error', () => end(null));
  recorder.addEventListener('stop', () => {
    clearInterval(tick);
    for (const track of stream.getTracks()) track.stop();
    on.over(then === null ? null : new File(pieces, `${name}.${ending}`, { type: plain(type) }), then === true);
  });
  recorder.start(1000);
  return { end };
};
