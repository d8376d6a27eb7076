import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { escape, html } from './html.ts';

describe('the template', () => {
  test('GUI-01 any text in an element or an attribute stays text: no sign of markup survives', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        const made = html`<p title="${text}">${text}</p>`.text;
        const inside = made.slice('<p title="'.length, -'</p>'.length);
        const [attribute, element] = inside.split('">');
        expect(inside.split('">')).toHaveLength(2);
        for (const part of [attribute, element]) expect(part).not.toMatch(/[<>"'`]/);
      }),
    );
  });

  test('what is escaped reads back as what it was, control characters apart', () => {
    const back = (text: string): string =>
      text
        .replaceAll('&lt;', '<')
        .replaceAll('&gt;', '>')
        .replaceAll('&quot;', '"')
        .replaceAll('&#39;', "'")
        .replaceAll('&#96;', '`')
        .replaceAll('&amp;', '&');
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 100 }),
        (text) => fc.pre(!/\p{Cc}/u.test(text)) === undefined && back(escape(text)) === text,
      ),
    );
    expect(escape('a\u0000b\u001bc\td\n')).toBe('a\ufffdb\ufffdc\td\n');
  });

  test('only what a template made goes in as it is; lists are joined, nothing is left out', () => {
    expect(html`<ul>${['<a>', 'b'].map((one) => html`<li>${one}</li>`)}</ul>`.text).toBe(
      '<ul><li>&lt;a&gt;</li><li>b</li></ul>',
    );
    expect(html`${null}${undefined}${false}${0}${''}`.text).toBe('0');
    const lookalike = { text: '<script>' } as unknown as string;
    expect(html`${[lookalike].map(String)}`.text).not.toContain('<script>');
  });
});
