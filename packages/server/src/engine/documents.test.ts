/** XML, JSON, HTML and Markdown through the real engine and the real jail. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Ground, openGround } from './testing/ground.ts';
import { trying } from './testing/trying.ts';

let g: Ground;
beforeAll(async () => {
  g = await openGround();
});
afterAll(() => g.close());
const { one, outcome, given } = trying(() => g);

describe('XML', () => {
  const TEXT =
    '<?xml version="1.0"?><feed lang="en"><!-- no --><entry id="1"><title>A &amp; B</title><tag>x</tag><tag>y</tag></entry><empty/><mixed>a<b>c</b></mixed><raw><![CDATA[<z>]]></raw></feed>';
  const VALUE = {
    feed: {
      '@lang': 'en',
      entry: { '@id': '1', title: 'A & B', tag: ['x', 'y'] },
      empty: '',
      mixed: { b: 'c', '#text': 'a' },
      raw: '<z>',
    },
  };

  test('elements, attributes and texts are values, and the values are the document again', async () => {
    expect(await outcome('xml.parse@1', { text: TEXT })).toEqual(VALUE);
    const listed = (await outcome('xml.parse@1', { text: TEXT, lists: ['entry'] })) as { feed: { entry: unknown } };
    expect(listed.feed.entry).toEqual([VALUE.feed.entry]);
    for (const indent of [false, true]) {
      const text = await outcome('xml.write@1', { value: '{{ input.value }}', indent }, { value: VALUE });
      expect(await outcome('xml.parse@1', { text: '{{ input.text }}' }, { text })).toEqual(VALUE);
    }
    await given('in/latin.xml', Buffer.from('<?xml version="1.0" encoding="ISO-8859-1"?><a>é</a>', 'latin1'));
    await given('in/wide.xml', Buffer.from('\ufeff<a>é李</a>', 'utf16le'));
    expect(await outcome('xml.parse@1', { path: 'in/latin.xml' })).toEqual({ a: 'é' });
    expect(await outcome('xml.parse@1', { path: 'in/wide.xml' })).toEqual({ a: 'é李' });
  });

  test('DOS-04 a document type, an entity, a depth or a number of elements beyond bounds is a Problem with its place', async () => {
    const laughs = `<!DOCTYPE l [<!ENTITY a "ha">${Array.from({ length: 9 }, (_, i) => `<!ENTITY ${'bcdefghij'[i]} "${`&${'abcdefghi'[i]};`.repeat(10)}">`).join('')}]><l>&j;</l>`;
    const cases: readonly (readonly [string, string])[] = [
      ['<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', 'xml.doctype'],
      ['<!DOCTYPE a SYSTEM "http://127.0.0.1:1/x.dtd"><a/>', 'xml.doctype'],
      [laughs, 'xml.doctype'],
      ['<a>&x;</a>', 'xml.syntax'],
      ['<a><b></a>', 'xml.syntax'],
      ['<a/><b/>', 'xml.syntax'],
      ['', 'xml.syntax'],
      ['<a>'.repeat(2_000), 'xml.deep'],
      [`<a>${'<b/>'.repeat(60_000)}</a>`, 'xml.large'],
    ];
    for (const [text, code] of cases) {
      const done = await one('xml.parse@1', { text: '{{ input.text }}' }, { text });
      expect([text.slice(0, 30), done.problem?.code]).toEqual([text.slice(0, 30), code]);
    }
    const { problem } = await one('xml.parse@1', { text: '<a>\n <b></a>' });
    expect(problem).toMatchObject({ code: 'xml.syntax', at: { line: 2 } });
    // What only looks like it.
    expect(await outcome('xml.parse@1', { text: '<a>&lt;!DOCTYPE &#x41;</a>' })).toEqual({ a: '<!DOCTYPE A' });
    expect(await outcome('xml.parse@1', { text: '<__proto__ constructor="1"><x/></__proto__>' })).toEqual(
      JSON.parse('{"__proto__":{"@constructor":"1","x":""}}'),
    );
  });
});

describe('JSON', () => {
  test('a value, or a value a line, comes and goes; what is none says where', async () => {
    expect(await outcome('json.parse@1', { text: '{"a":[1,null]}' })).toEqual({ a: [1, null] });
    expect(await outcome('json.parse@1', { text: '{{ input.t }}', lines: true }, { t: '1\n\n{"a":2}\n' })).toEqual([
      1,
      { a: 2 },
    ]);
    const items = [{ a: 1 }, { a: 2 }];
    const made = await outcome(
      'json.write@1',
      { value: '{{ input.items }}', lines: true, path: 'out/a.jsonl' },
      { items },
    );
    expect(made).toMatchObject({ path: 'out/a.jsonl' });
    expect(await outcome('json.parse@1', { path: 'out/a.jsonl', lines: true })).toEqual(items);
    expect(await outcome('json.write@1', { value: { a: [1] }, indent: 1 })).toBe('{\n "a": [\n  1\n ]\n}');
    const wrong = await one('json.parse@1', { text: '{{ input.t }}' }, { t: '{\n  "a": nope\n}' });
    expect(wrong.problem).toMatchObject({ code: 'json.invalid', at: { line: 2, column: 8 } });
    const line = await one('json.parse@1', { text: '{{ input.t }}', lines: true }, { t: '1\n{"a"\n' });
    expect(line.problem).toMatchObject({ code: 'json.invalid', at: { line: 2, column: 5 } });
    expect(await outcome('json.parse@1', { text: '{{ input.t }}' }, { t: `[${'{},'.repeat(300_000)}{}]` })).toBe(
      '!value.too_many',
    );
  });
});

describe('HTML', () => {
  const PAGE =
    '<title>T</title><h1 class=x>Shop <b>one</b></h1><table><tr><td>A<td><a href="/a">more</a><tr><td>B<td><a>none</a></table><script>var secret="x"</script><p>a<br>b</p><p>c</p>';

  test('fields are taken by selectors: texts, attributes, lists, of the page or of each row', async () => {
    expect(
      await outcome('html.extract@1', {
        text: PAGE,
        fields: {
          title: { select: 'title' },
          head: { select: 'h1.x' },
          html: { select: 'h1', html: true },
          links: { select: 'a', attribute: 'href', all: true },
          none: { select: 'h2' },
          body: { select: 'body' },
        },
      }),
    ).toEqual({
      title: 'T',
      head: 'Shop one',
      html: 'Shop <b>one</b>',
      links: ['/a', null],
      none: null,
      body: 'Shop one A more B none a b c',
    });
    const rows = {
      each: 'tr',
      fields: { name: { select: 'td:first-child' }, link: { select: 'a', attribute: 'HREF' }, all: {} },
    };
    expect(await outcome('html.extract@1', { text: PAGE, ...rows })).toEqual([
      { name: 'A', link: '/a', all: 'A more' },
      { name: 'B', link: null, all: 'B none' },
    ]);
  });

  test('DOS-04 a page that is nested without end, or a selector that is none, is a Problem; a broken page is read', async () => {
    expect(await outcome('html.extract@1', { text: '{{ input.t }}', fields: {} }, { t: '<div>'.repeat(50_000) })).toBe(
      '!html.deep',
    );
    const wrong = await one('html.extract@1', { text: 'x', fields: { a: { select: 'p[' } } });
    expect(wrong.problem).toMatchObject({ code: 'html.selector' });
    expect(
      await outcome(
        'html.extract@1',
        { text: '{{ input.t }}', fields: { a: { select: 'i' } } },
        { t: '<p><i>a</p></div><b' },
      ),
    ).toEqual({ a: 'a' });
  });
});

describe('Markdown', () => {
  const html = (text: string) => outcome('markdown@1', { text: '{{ input.text }}' }, { text });
  const back = (text: string) => outcome('markdown@1', { text: '{{ input.text }}', to: 'markdown' }, { text });

  test('it becomes HTML, and HTML becomes it', async () => {
    expect(await html('# A\n\n- *b* `c`\n- [d](https://e.test)\n\n| x | y |\n|---|---|\n| 1 | 2 |')).toBe(
      '<h1>A</h1>\n<ul>\n<li><em>b</em> <code>c</code></li>\n<li><a href="https://e.test" rel="noopener noreferrer nofollow">d</a></li>\n</ul>\n<table>\n<thead>\n<tr>\n<th>x</th>\n<th>y</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>1</td>\n<td>2</td>\n</tr>\n</tbody>\n</table>\n',
    );
    const page =
      '<head><title>no</title></head><h2>A <i>b</i></h2><p>x <b>y</b> <a href="https://e.test/a b">link</a></p><ul><li>1<li>2<ol><li>a</ol></ul><pre><code>c `d`\n</code></pre><blockquote><p>q</p><p>r</p></blockquote><table><tr><th>h<tr><td>a|b</table><script>no</script>';
    expect(await back(page)).toBe(
      '## A *b*\n\nx **y** [link](<https://e.test/a%20b>)\n\n- 1\n- 2\n  \n  1. a\n\n```\nc `d`\n```\n\n> q\n> \n> r\n\n| h |\n| --- |\n| a\\|b |\n',
    );
  });

  test('GUI-01 nothing that runs comes through, in either direction', async () => {
    for (const text of [
      '<script>alert(1)</script>',
      '<img src=x onerror=alert(1)>',
      '[a](javascript:alert(1))',
      '[a](java&#115;cript:alert(1))',
      '[a](&#x6A;avascript&colon;alert(1))',
      '[a]( data:text/html,x)',
      '![a](data:image/svg+xml;base64,AAAA)',
      '[a](vbscript:x)',
      '[a](//evil.test)',
      '<javascript:alert(1)>',
      '[a]: javascript:alert(1)\n\n[a]',
      '[a](https://e.test "x\\" onclick=alert(1)")',
    ]) {
      const made = String(await html(text));
      expect(made).not.toMatch(/<(?!\/?(?:p|a|em|code)\b)|href="(?!https:\/\/e\.test")|\son\w+=(?!alert\(1\)(?:&|"))/i);
    }
    const safe = String(
      await back(
        '<a href="javascript:x">a</a><a href=" JaVa\nScript:x">b</a><img src="data:x" alt="c"><p>[d](javascript:x)</p>',
      ),
    );
    expect(safe).toBe('abc\n\n\\[d\\](javascript:x)\n');
    expect(await html(safe)).not.toContain('href');
  });
});
