/** What a run is told of the message that started it. */

import { readValues } from '@headgate/core';
import type { HeardMessage } from '../egress/databases/mqtt-hear.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

const textOf = (bytes: Buffer): string | null => {
  try {
    return utf8.decode(bytes);
  } catch {
    return null;
  }
};

/** `payload`: its text; `json`: what it says where it is JSON; `base64`: its bytes where they are no text. */
export const messageInput = ({ topic, payload, size, id, retained }: HeardMessage): Record<string, unknown> => {
  const text = payload === null ? null : textOf(payload);
  const json = text === null ? undefined : readValues(text, 'The message');
  return {
    topic,
    payload: text,
    json: json?.ok === true ? json.value : null,
    base64: payload === null || text !== null ? null : payload.toString('base64'),
    size,
    qos: id === null ? 0 : 1,
    retained,
    cut: payload === null ? 'mqtt.large' : null,
  };
};
