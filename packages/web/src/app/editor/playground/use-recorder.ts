/** The microphone of the panel: at most one recording at a time, which ends with the panel. */

import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { notify } from '../../ui/notices.tsx';
import { announce } from '../../ui/announce.ts';
import { formatFor, longestFor, record, type Recording } from './recorder.ts';
import type { Takes } from './takes.ts';

export type Recorder = {
  /** Can be spoken to at all. */
  readonly there: boolean;
  /** Seconds so far; null: nothing is recorded. */
  readonly seconds: number | null;
  readonly longest: number;
  readonly begin: () => void;
  readonly stop: () => void;
  readonly drop: () => void;
};

/** `done`: takes what was recorded; `sends`: it is to be sent at once. */
export const useRecorder = (takes: Takes | null, done: (file: File, sends: boolean) => void): Recorder => {
  const { t } = useTranslation();
  const [seconds, setSeconds] = useState<number | null>(null);
  const recording = useRef<Recording | null>(null);
  /** Raised by all that ends a recording: one that the browser still asks about is not begun then. */
  const asked = useRef(0);
  const take = useRef(done);
  take.current = done;
  useEffect(
    () => () => {
      asked.current += 1;
      recording.current?.end(null);
    },
    [],
  );
  const begin = async (of: Takes): Promise<void> => {
    asked.current += 1;
    const mine = asked.current;
    const made = await record(of, t('playground.voice'), {
      second: setSeconds,
      over: (file, sends) => {
        recording.current = null;
        setSeconds(null);
        if (file === null) return announce(t('playground.dropped'));
        if (!sends) announce(t('playground.longest'));
        take.current(file, sends);
      },
    });
    if (made === null) return notify({ text: t('playground.deaf') });
    if (mine !== asked.current) return made.end(null);
    recording.current = made;
    setSeconds(0);
    announce(t('playground.recording'));
  };
  return {
    there: formatFor(takes) !== null,
    seconds,
    longest: takes === null ? 0 : longestFor(takes),
    begin: () => {
      if (takes !== null && recording.current === null) void begin(takes);
    },
    stop: () => recording.current?.end(true),
    drop: () => recording.current?.end(null),
  };
};
