/**
 * The floor: what Node alone needs to take a JSON body and answer it. A program of its own, started by the bench:
 * `node bench/floor.ts PORT`. It runs no flow, checks nothing and keeps nothing.
 */

import { createServer } from 'node:http';

createServer((request, response) => {
  const parts: Buffer[] = [];
  request.on('data', (part: Buffer) => parts.push(part));
  request.on('end', () => {
    const body: Record<string, unknown> = JSON.parse(Buffer.concat(parts).toString('utf8') || '{}');
    const text = JSON.stringify(request.url === '/c' ? { n: body['n'] } : { text: body['name'] });
    response.writeHead(200, {
      'content-type': 'application/json; charset=utf-8',
      'content-length': Buffer.byteLength(text),
    });
    response.end(text);
  });
}).listen(Number(process.argv[2]), '127.0.0.1');
