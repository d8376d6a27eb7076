/**
 * The floor: what Node alone needs to take a JSON body and answer it. A program of its own, started by the bench:
 * `node bench/floor.ts PORT`. It runs no flow, checks nothing and keeps nothing.
 */

import { createServer } from 'node:http';

const answerOf = (url: string | undefined, body: Record<string, unknown>): unknown => {
  if (url === '/c') return { n: body['n'] };
  if (url !== '/b') return { text: body['name'] };
  const numbers = JSON.parse(String(body['text'])) as number[]; // parse boundary: what the load tool sends
  return { sum: numbers.reduce((sum, n) => sum + n, 0) };
};

createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => {
    const body: Record<string, unknown> = JSON.parse(Buffer.concat(parts).toString('utf8') || '{}');
    const text = JSON.stringify(answerOf(request.url, body));
    response.writeHead(200, {
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(text),
    });
    response.end(text);
  });
}).listen(Number(process.argv[2]), '127.0.0.1');
