import { expect, test } from 'vitest';
import type { Client } from '../transport/client.ts';
import { Uploads } from './uploads.ts';

const file = (name: string): File => new File(['x'], name);

test('UP2 when another workspace is chosen, what is on its way stops, and nothing that waited is sent', async () => {
  const uploads = new Uploads();
  const sent: string[] = [];
  const ended: Promise<unknown>[] = [];
  let arrived = 0;
  // A line on which everything takes until it is stopped.
  const upload = (_name: unknown, _given: unknown, { name }: File, { signal }: { signal: AbortSignal }) => {
    sent.push(name);
    const end = new Promise<never>((_, reject) =>
      signal.addEventListener('abort', () => reject(new DOMException('stopped', 'AbortError'))),
    );
    ended.push(end.catch(() => undefined));
    return end;
  };
  const engine = { upload } as unknown as Client;
  uploads.add(['1', '2', '3', '4', '5'].map(file), {
    ...{ engine, project: 'default', folder: '' },
    done: () => void (arrived += 1),
  });
  expect(sent).toEqual(['1', '2', '3']);
  uploads.drop();
  expect(uploads.list()).toEqual([]);
  await Promise.all(ended);
  await new Promise((resolve) => setTimeout(resolve));
  expect([sent, arrived, uploads.list()]).toEqual([['1', '2', '3'], 0, []]);
  // What is begun after it goes.
  uploads.add([file('6')], { ...{ engine, project: 'default', folder: '' }, done: () => undefined });
  expect(sent).toEqual(['1', '2', '3', '6']);
});
