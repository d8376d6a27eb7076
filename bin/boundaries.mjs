/**
 * The fence between rooms: judges every import and every global name of the sources by the table of rooms, and the
 * project references of each room by the same table. `node bin/boundaries.mjs [ROOT]` prints each crossing with its
 * place and ends with exit code 1 when there is one.
 *
 * B1 What the table does not name is refused: a new package, Node module or global needs a line in it.
 * B2 Types count as much as values: a room that names another's types depends on it.
 * B3 A source file that lies in no room is a crossing, and so is one that cannot be parsed.
 */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, posix, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSync } from 'oxc-parser';
import { clocksIn, dangersOf, memberOf } from './boundaries/impure.mjs';
import { importsOf } from './boundaries/imports.mjs';
import { isTest, judgeImport, mayUse, readTable, roomOf } from './boundaries/rooms.mjs';
import { globalsOf } from './boundaries/scope.mjs';

const SQL =
  /^\s*(select\s[\s\S]+\sfrom\s|insert\s+into\s|delete\s+from\s|update\s+\S+\s+set\s|(create|drop|alter)\s+(table|index)\s|pragma\s+\w+)/i;

/** @param {string} root @returns {string[]} the source files, without tests, from the root with slashes */
const filesOf = (root) =>
  readdirSync(join(root, 'packages')).flatMap((name) => {
    const folder = join(root, 'packages', name, 'src');
    if (!existsSync(folder)) return [];
    const paths = readdirSync(folder, { recursive: true }).map(String);
    const code = paths.filter((path) => /\.(ts|tsx|mts|cts|js|mjs|cjs)$/.test(path) && !isTest(path));
    return code.map((path) => relative(root, join(folder, path)).split(sep).join('/'));
  });

/** @param {string} text @returns {(at: number) => string} line and column of an offset */
const placeIn = (text) => (at) => {
  const before = text.slice(0, at).split('\n');
  return `${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
};

/**
 * @param {import('./boundaries/rooms.mjs').Table} table @param {string} file @param {string} text
 * @returns {string[]} a line for each crossing
 */
const judgeFile = (table, file, text) => {
  const room = roomOf(table, file);
  if (room === undefined) return [`${file}:1:1  lies in no room`];
  const parsed = parseSync(file, text);
  if (parsed.errors.length > 0) return [`${file}:1:1  cannot be parsed: ${parsed.errors[0]?.message}`];
  const place = placeIn(text);
  const found = /** @type {string[]} */ ([]);
  const cross = (/** @type {number} */ at, /** @type {string} */ what) =>
    found.push(`${file}:${place(at)}  ${room} may not ${what}`);
  const program = /** @type {any} */ (parsed.program);

  const imports = importsOf(program);
  const { watched, whole } = clocksIn(imports);
  for (const { at } of whole)
    if (!mayUse(table, room, file, 'DateTime.now')) cross(at, 'import all of luxon, its clock included');
  for (const { from, at, names } of imports) {
    if (from === undefined) {
      if (!mayUse(table, room, file, 'import(computed)')) cross(at, 'import what it computes');
      continue;
    }
    const wrong = judgeImport(table, room, file, from, names);
    if (wrong !== undefined) cross(at, `import ${wrong}`);
  }
  const imported = new Set(watched.values());
  for (const use of file.endsWith('.d.ts') ? [] : globalsOf(program, watched)) {
    const may = (/** @type {string} */ name) => mayUse(table, room, file, name);
    if (imported.has(use.name) || may(use.name)) {
      for (const danger of dangersOf(use)) if (!may(danger)) cross(use.at, `use ${danger}`);
    } else if (!may(`${use.name}.${memberOf(use)}`)) cross(use.at, `use the global ${use.name}`);
  }
  for (const comment of parsed.comments) {
    if (/^\/\s*<reference/.test(comment.value)) cross(comment.start, 'bring in types by a reference comment');
  }
  if (table.rooms[room]?.sql !== true) for (const at of sqlIn(program)) cross(at, 'hold SQL');
  return found;
};

/** @param {any} program @returns {number[]} offsets of texts that read like SQL */
const sqlIn = (program) => {
  const found = /** @type {number[]} */ ([]);
  /** @param {any} value */
  const walk = (value) => {
    if (Array.isArray(value)) value.forEach(walk);
    else if (typeof value === 'object' && value !== null) {
      const text = value.type === 'Literal' ? value.value : value.type === 'TemplateElement' ? value.value?.cooked : '';
      if (typeof text === 'string' && SQL.test(text)) found.push(value.start);
      Object.values(value).forEach(walk);
    }
  };
  walk(program);
  return found;
};

/**
 * A room's project references may name only rooms that its row names, and projects outside any room of its package
 * only when the row lists their package.
 * @param {import('./boundaries/rooms.mjs').Table} table @param {string} root @returns {string[]}
 */
const judgeReferences = (table, root) =>
  Object.entries(table.rooms).flatMap(([name, room]) => {
    const own = join(root, room.at, 'tsconfig.json');
    const path = existsSync(own) ? own : join(root, dirname(room.at), 'tsconfig.json');
    const shown = relative(root, path).split(sep).join('/');
    if (!existsSync(path)) return [`${shown}:1:1  is missing: a room has a project of its own`];
    const settings = JSON.parse(readFileSync(path, 'utf8'));
    return (settings.references ?? []).flatMap((/** @type {{ path: string }} */ reference) => {
      const target = posix.join(posix.dirname(shown), reference.path);
      const other = roomOf(table, target) ?? roomOf(table, `${target}/src`);
      if (other === undefined) return [`${shown}:1:1  refers to ${reference.path}, which is no room`];
      const entry = `@headgate/${other}`;
      const ok =
        room.rooms.includes(other) || room.packages.some((item) => item === entry || item.startsWith(`${entry}/`));
      return ok ? [] : [`${shown}:1:1  ${name} may not refer to ${other}`];
    });
  });

const root = resolve(process.argv[2] ?? dirname(dirname(fileURLToPath(import.meta.url))));
const table = readTable(root);
const files = filesOf(root);
const crossings = [
  ...judgeReferences(table, root),
  ...files.flatMap((file) => judgeFile(table, file, readFileSync(join(root, file), 'utf8'))),
];
for (const line of crossings) console.log(line);
console.log(
  `${files.length} files, ${crossings.length} crossings. What a room may use stands in test/boundaries/rooms.json.`,
);
process.exitCode = crossings.length === 0 ? 0 : 1;
