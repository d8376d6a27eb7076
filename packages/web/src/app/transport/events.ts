/** Server-sent events out of a stream of bytes (WHATWG HTML, section 9.2). */

import type { StreamEvent } from './transport.ts';

/** Events in order; comments are left out, and so is an event that the stream broke off in. */
export async function* parts(stream: ReadableStream<Uint8Array>): AsyncGenerator<StreamEvent> {
  const reader = stream.pipeThrough(new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>).getReader();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      rest += value;
      const blocks = rest.split(/\r?\n\r?\n/);
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const event = read(block);
        if (event !== null) yield event;
      }
    }
  } finally {
    void reader.cancel().catch(() => undefined);
  }
}

const read = (block: string): StreamEvent | null => {
  let [id, type] = ['', 'message'];
  const data: string[] = [];
  for (const line of block.split(/\r?\n/)) {
    if (line === '' || line.startsWith(':')) continue;
    const [, name = line, value = ''] = /^([^:]*): ?(.*)$/s.exec(line) ?? [];
    if (name === 'id') id = value;
    else if (name === 'event') type = value;
    else if (name === 'data') data.push(value);
  }
  if (data.length === 0 && id === '') return null;
  return { id, type, data: data.length === 0 ? null : JSON.parse(data.join('\n')) };
};
