/**
 * `headgate:styles.css`: the style sheets of the components that the app uses, and of those that these are made of, in the
 * order of the library's own whole sheet. The whole sheet is three times as large, and stands before the first paint.
 */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Plugin } from 'vite';

const NAME = 'headgate:styles.css';
const ALWAYS = ['baseline', 'default-css-variables', 'global'];

const library = dirname(createRequire(import.meta.url).resolve('@mantine/core/styles.css'));
const components = join(library, 'esm', 'components');
const sheets = join(library, 'styles');

/** Names that the app imports from the library. */
const usedBy = (app: string): readonly string[] =>
  readdirSync(app, { recursive: true })
    .map(String)
    .filter((path) => /\.tsx?$/.test(path) && !/\.test\.tsx?$/.test(path))
    .flatMap((path) => [
      ...readFileSync(join(app, path), 'utf8').matchAll(/import\s*\{([^}]*)\}\s*from '@mantine\/core'/g),
    ])
    .flatMap(([, names = '']) =>
      names.split(',').map(
        (name) =>
          name
            .trim()
            .replace(/^type /, '')
            .split(' as ')[0] ?? '',
      ),
    );

/** The components that one is made of, by the imports of its files. */
const partsOf = (component: string): readonly string[] => {
  const folder = join(components, component);
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder, { recursive: true })
    .map(String)
    .filter((path) => path.endsWith('.mjs'));
  return files.flatMap((path) =>
    [...readFileSync(join(folder, path), 'utf8').matchAll(/from "(?:\.\.\/)+(?:utils\/)?([A-Z]\w*)\//g)].map(
      ([, name = '']) => name,
    ),
  );
};

const styleSheet = (app: string): string => {
  const wanted = new Set<string>();
  const todo = [...usedBy(app)];
  for (let name = todo.pop(); name !== undefined; name = todo.pop()) {
    if (wanted.has(name)) continue;
    wanted.add(name);
    todo.push(...partsOf(name));
  }
  const whole = readFileSync(join(library, 'styles.css'), 'utf8');
  const found = [...wanted].filter((name) => existsSync(join(sheets, `${name}.css`)));
  const placed = found.map((name) => {
    const text = readFileSync(join(sheets, `${name}.css`), 'utf8');
    const [first = ''] = /\.m_[0-9a-f]+/.exec(text) ?? [];
    return { text, at: whole.indexOf(first) };
  });
  const ordered = placed.toSorted((a, b) => a.at - b.at).map(({ text }) => text);
  return [...ALWAYS.map((name) => readFileSync(join(sheets, `${name}.css`), 'utf8')), ...ordered].join('\n');
};

export const styles = (app: string): Plugin => ({
  name: 'headgate-styles',
  resolveId: (id) => (id === NAME ? `\0${NAME}` : undefined),
  load: (id) => (id === `\0${NAME}` ? styleSheet(app) : undefined),
});
