import { expect, test } from 'vitest';
import { docsPage, searched } from './docs.ts';
import { markdown, target } from './markdown.ts';

const made = (text: string, from = 'steps'): string => markdown(text, from).text;

test('GUI-01 HTML of a text stays text, wherever it stands', () => {
  const evil = '<img src=x onerror=alert(1)>';
  for (const text of [
    evil,
    `# ${evil}`,
    `- ${evil}`,
    `| ${evil} |\n|---|\n| ${evil} |`,
    `\`${evil}\``,
    `**${evil}**`,
    `[${evil}](a.md)`,
    `\`\`\`\n${evil}\n\`\`\``,
  ]) {
    expect(made(text)).not.toContain('<img');
    expect(made(text)).toContain('&lt;img');
  }
  expect(docsPage({ all: [], search: '"><script>' })).not.toContain('"><script>');
});

test('GUI-02 a link leads to http, https, mailto or another page; any other is only its words', () => {
  for (const href of [
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'data:text/html,x',
    'vbscript:x',
    '//evil.example',
    '../../../x.md',
    '"onclick="x',
  ])
    expect(made(`[go](${href})`), href).not.toContain('<a ');
  expect(made('[go](https://example.com)')).toContain('<a href="https://example.com">go</a>');
  expect(target('mailto:ada@example.com', 'steps')).toBe('mailto:ada@example.com');
  expect(target('../secrets.md#a-file', 'guides/first-flow')).toBe('/docs/secrets#a-file');
});

test('headings and rows that begin with a code are named by it, a row below its heading', () => {
  const text = made(
    '### `each@1`: For each\n\n| field | |\n|---|---|\n| `items` | a `|` b |\n\n## Of the API\n\n| code |\n|---|\n| `flow.invalid` |',
  );
  expect(text).toContain('<h3 id="each@1">');
  expect(text).toContain('<tr id="each@1.items">');
  expect(text).toContain('<tr id="flow.invalid">');
});

test('paragraphs, lists, code and strong come out as such', () => {
  expect(made('one\ntwo\n\n1. a\n   b\n2. c\n\n**s** `x`')).toBe(
    '<p>one two</p><ol><li>a b</li><li>c</li></ol><p><strong>s</strong> <code>x</code></p>',
  );
});

test('a search finds sections that hold every word, a heading with the word first', () => {
  const all = [
    { name: 'a', text: '# A\n\nsays secret\n' },
    { name: 'b', text: '# B\n\n## A secret\n\nwords\n\n## Other\n' },
  ];
  expect(searched(all, 'Secret').map(({ href }) => href)).toEqual(['/docs/b#a-secret', '/docs/a']);
  expect(searched(all, 'secret nowhere')).toEqual([]);
});
