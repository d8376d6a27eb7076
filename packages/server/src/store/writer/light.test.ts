/** The journal worker is a heap of its own: what it loads is paid for twice. */

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

/** What a module loads when it runs: imports of types alone are none. */
const loadedBy = (file: string): readonly string[] =>
  [...readFileSync(file, 'utf8').matchAll(/^(?:import|export) (?!type )[^;]*? from '([^']+)';/gm)].flatMap(
    ([, name]) => name ?? [],
  );

test('the journal worker loads nothing but its own few files and Node’s modules', () => {
  const open = [join(import.meta.dirname, 'worker.ts')];
  const seen = new Set(open);
  const packages = new Set<string>();
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    for (const name of loadedBy(file)) {
      if (!name.startsWith('.')) {
        if (!name.startsWith('node:')) packages.add(`${name} by ${file.slice(import.meta.dirname.length - 6)}`);
        continue;
      }
      const next = join(dirname(file), name);
      if (!seen.has(next)) open.push(next);
      seen.add(next);
    }
  }
  expect(seen.size).toBeGreaterThan(8);
  expect([...packages]).toEqual([]);
});
