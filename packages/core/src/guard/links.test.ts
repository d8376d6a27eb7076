import { expect, test } from 'vitest';
import { hideLinks, hideLinksIn } from './links.ts';

const TOKEN = 'A-_9'.repeat(11).slice(0, 43);
const link = `https://flows.example/api/v1/resume/${TOKEN}`;

test('WH-08 a link that answers for a person is hidden in texts, lists, fields and their names, however it is written', () => {
  const encoded = encodeURIComponent(link);
  const shown = hideLinks({
    mail: `Approve: ${link}, or ${link}?x=1.`,
    deep: [[{ [link]: encoded }]],
    plain: 5,
  });
  expect(JSON.stringify(shown)).not.toContain(TOKEN);
  expect(shown).toMatchObject({
    mail: 'Approve: https://flows.example/api/v1/resume/[hidden], or https://flows.example/api/v1/resume/[hidden]?x=1.',
    plain: 5,
  });
  expect(hideLinksIn(encoded.toLowerCase())).toContain('[hidden]');
});

test('RL4 what holds none is the same value, and other addresses stay', () => {
  const value = { a: ['https://flows.example/api/v1/webhook/x', null, { b: 1 }], c: `/api/v1/resumes/${TOKEN}` };
  expect(hideLinks(value)).toBe(value);
  const named: unknown = JSON.parse(`{"__proto__": "${link}"}`);
  expect(Object.keys(Object(hideLinks(named)))).toEqual(['__proto__']);
});
