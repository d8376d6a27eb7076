import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { DEFAULT_CHUNKER } from './base.ts';
import { piecesOf } from './chunk.ts';

const headingsOf = (text: string) => piecesOf([{ text }], DEFAULT_CHUNKER).map(({ heading }) => heading);

test('headings of Markdown, with and without the signs that may end them', () => {
  expect(
    headingsOf('# One #\n\na\n\n## Two ##\n\nb\n\n###   C# and F#  \n\nc\n\n# #\n\nd\n\n#None\n\n```\n# code\n```\n'),
  ).toEqual(['One', 'One › Two', 'One › Two › C# and F', '#']);
});

test('no more pieces are made than are asked for', () => {
  expect(piecesOf([{ text: '# a\n'.repeat(100_000) }], DEFAULT_CHUNKER, 3)).toHaveLength(3);
});

/** Cuts the text in a thread that is ended when it takes so long as nothing that is linear does. */
const cutApart = (text: string): Promise<number | 'ended'> =>
  new Promise((resolve, reject) => {
    const code = `
      const { parentPort, workerData } = require('node:worker_threads');
      import(workerData.module).then(({ piecesOf }) =>
        parentPort.postMessage(piecesOf([{ text: workerData.text }], workerData.chunker).length));`;
    const workerData = { module: new URL('./chunk.ts', import.meta.url).href, text, chunker: DEFAULT_CHUNKER };
    const worker = new Worker(code, { eval: true, workerData });
    const late = setTimeout(() => {
      resolve('ended');
      void worker.terminate();
    }, 30_000);
    worker.once('error', reject).once('message', (many: number) => {
      clearTimeout(late);
      resolve(many);
      void worker.terminate();
    });
  });

test('DOS-06 a line of signs that a heading may and may not hold is read in one go', { timeout: 60_000 }, async () => {
  const line = (sign: string): string => `# x${`${sign}\t#`.repeat(330)}${sign}y`;
  for (const sign of ['\r', '\u2028', ' '])
    expect(await cutApart(`${line(sign)}\n`.repeat(2_000)), JSON.stringify(sign)).toBeGreaterThan(0);
});
