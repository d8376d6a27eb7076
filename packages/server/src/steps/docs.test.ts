import { readdirSync } from 'node:fs';
import type { StepKind, TriggerKind } from '@headgate/core/step';
import { catalogOf } from '@headgate/core';
import { expect, test } from 'vitest';
import { fieldsOf, stepsPage } from './docs.ts';

type Folder = { readonly name: string; readonly files: readonly string[]; readonly exports: Record<string, unknown> };

/** Every folder, read as the loader reads it: its name is the kind, its one export the declaration. */
const folders: readonly Folder[] = await Promise.all(
  readdirSync(import.meta.dirname, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(async ({ name }) => {
      const files = readdirSync(`${import.meta.dirname}/${name}`);
      const main = files.includes('step.ts') ? 'step' : 'trigger';
      return { name, files, exports: (await import(`./${name}/${main}.ts`)) as Record<string, unknown> };
    }),
);
const steps = folders.flatMap(({ exports }) => ('step' in exports ? [exports['step'] as StepKind] : []));
const triggers = folders.flatMap(({ exports }) => ('trigger' in exports ? [exports['trigger'] as TriggerKind] : []));

test('every folder holds exactly one kind, under its own name, with a test beside it', () => {
  expect(folders.length).toBeGreaterThan(20);
  for (const { name, files, exports } of folders) {
    const declared = ['step', 'trigger'].filter((one) => one in exports);
    expect({ name, declared: declared.length }).toEqual({ name, declared: 1 });
    const main = declared[0] ?? '';
    expect(files.filter((file) => file === 'step.ts' || file === 'trigger.ts')).toEqual([`${main}.ts`]);
    expect(files).toContain(`${main}.test.ts`);
    expect((exports[main] as { kind: string }).kind).toBe(name);
  }
});

test('the catalog finds each kind by name and version, and no two share one', () => {
  const catalog = catalogOf(steps, triggers);
  for (const kind of steps) expect(catalog.step(`${kind.kind}@${kind.version}`)).toBe(kind);
  for (const kind of triggers) expect(catalog.trigger(`${kind.kind}@${kind.version}`)).toBe(kind);
  expect(new Set([...steps, ...triggers].map((kind) => kind.kind)).size).toBe(folders.length);
});

test('every kind and every field says what it is, in sentences', () => {
  for (const kind of [...steps, ...triggers]) {
    expect(kind.summary).toMatch(/^[A-Z].*\.$/s);
    expect(kind.title).not.toBe('');
    const silent = fieldsOf(kind).filter((row) => !/^\p{L}.*[.?]$|e\.g\./su.test(row.text));
    expect({ kind: kind.kind, silent }).toEqual({ kind: kind.kind, silent: [] });
  }
});

test('perItem paths lead to fields that say so, and every such field is listed', () => {
  for (const kind of steps) {
    const said = fieldsOf(kind)
      .filter((row) => row.type === 'expression, per item')
      .map((row) => row.path);
    expect([...said].sort()).toEqual([...(kind.perItem ?? [])].sort());
  }
});

test('every need is one sentence, whatever the settings; a pure step has none', () => {
  for (const kind of steps) {
    const raws = [
      {},
      Object.fromEntries(fieldsOf(kind).map((row) => [row.path, '{{ input.x }}'])),
      { url: 'https://a.example/', method: 'GET', flow: 'x', secret: 's' },
    ];
    for (const need of raws.flatMap((raw) => kind.needs?.(raw) ?? [])) {
      expect(kind.pure).not.toBe(true);
      expect(need.sentence).toMatch(/^[A-Z][^.]* ?.*\.$/);
    }
  }
});

test('docs/steps.md is what the kinds say', async () => {
  await expect(stepsPage(steps, triggers)).toMatchFileSnapshot(`${import.meta.dirname}/../../../../docs/steps.md`);
});
