import { describe, expect, test } from 'vitest';
import { trigger } from './trigger.ts';

const file = { name: 'cv', label: 'CV', type: 'file' };
const text = { name: 'name', label: 'Name', type: 'text' };
const fits = (more: Record<string, unknown>): boolean =>
  trigger.input.safeParse({ title: 'Apply', fields: [text], ...more }).success;

describe('form', () => {
  test('asks for the power to keep files in its folder, and for none without a file', () => {
    expect(trigger.needs?.({ fields: [text] })).toEqual([]);
    expect(trigger.needs?.({ fields: [text, file] })).toMatchObject([{ power: 'file', scope: 'write forms/' }]);
    expect(trigger.needs?.({ fields: [file], folder: 'cvs/' })).toMatchObject([{ scope: 'write cvs/' }]);
  });

  test('GUI-06 takes a colour and a letter out of lists, and no style, markup or address that is not https', () => {
    expect(fits({ look: { color: 'green', letter: 'H' } })).toBe(true);
    for (const look of [{ color: 'url(//evil)' }, { letter: '<b>' }, { css: 'x' }]) expect(fits({ look })).toBe(false);
    expect(fits({ after: { redirect: 'https://a.example/done' } })).toBe(true);
    for (const redirect of ['javascript:alert(1)', 'http://a.example', '//a.example'])
      expect(fits({ after: { redirect } })).toBe(false);
  });

  test('FS-01 keeps files in a folder of the project, and nowhere else', () => {
    expect(fits({ folder: 'in/forms/' })).toBe(true);
    for (const folder of ['../', '/etc/', 'in', 'a/../b/']) expect(fits({ folder })).toBe(false);
  });

  test('asks for files on the last page alone, and for each name once', () => {
    expect(fits({ fields: [file, { ...text, page: 2 }] })).toBe(false);
    expect(fits({ fields: [{ ...file, page: 2 }, text] })).toBe(true);
    expect(fits({ fields: [text, text] })).toBe(false);
  });
});
