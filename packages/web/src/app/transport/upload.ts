/**
 * Sends a file as it lies on the person's disk: the browser reads it as it goes, so that no page holds it. By the older of the
 * two ways to call a server: the newer one tells nothing of how far it is.
 */

import { type Answered, type Sending, Unreached } from './transport.ts';

export const upload = (
  url: string,
  headers: Readonly<Record<string, string>>,
  { method, file, signal, progress }: Omit<Sending, 'path'>,
): Promise<Answered> =>
  new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const stop = (): void => request.abort();
    const over = (): void => signal.removeEventListener('abort', stop);
    request.open(method, url);
    request.setRequestHeader('accept', 'application/json');
    request.setRequestHeader('content-type', file.type === '' ? 'application/octet-stream' : file.type);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.addEventListener('progress', ({ loaded }) => progress(loaded));
    request.addEventListener('load', () => {
      over();
      resolve({ status: request.status, body: bodyOf(request.responseText) });
    });
    request.addEventListener('error', () => {
      over();
      reject(new Unreached('the engine could not be reached'));
    });
    request.addEventListener('abort', () => {
      over();
      reject(new DOMException('stopped', 'AbortError'));
    });
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    request.send(file);
  });

const bodyOf = (text: string): unknown => {
  try {
    return text === '' ? null : JSON.parse(text);
  } catch {
    return text;
  }
};
