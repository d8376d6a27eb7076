/**
 * The table of rooms (test/boundaries/rooms.json): where each room is and what it may use. Whatever a row does not
 * name is refused.
 */
import { builtinModules } from 'node:module';
import { dirname, join, posix } from 'node:path';
import { readFileSync } from 'node:fs';

/**
 * @typedef {object} Room
 * @property {string} at folder, from the root of the checkout
 * @property {string} what its job in one line
 * @property {string[]} rooms the other rooms of the same package that it may import
 * @property {string[]} packages names (`@fastify/*` is all of a scope); ours are exact entries as `@headgate/core/step`
 * @property {string[]} node Node's modules; `node:http#createServer` lends that one value of it, and its types
 * @property {string[]} globals names beyond the language, and members as `Date.now`
 * @property {Record<string, string[]>} [only] names that only these files of the room may use
 * @property {boolean} [sql] whether it may hold SQL
 *
 * @typedef {{ language: string[], rooms: Record<string, Room> }} Table
 */

/** @param {string} root @returns {Table} */
export const readTable = (root) => JSON.parse(readFileSync(join(root, 'test', 'boundaries', 'rooms.json'), 'utf8'));

/**
 * @param {Table} table @param {string} path from the root, with slashes
 * @returns {string | undefined} the name of the innermost room that holds a path
 */
export const roomOf = (table, path) => {
  const holding = Object.entries(table.rooms).filter(([, room]) => path === room.at || path.startsWith(`${room.at}/`));
  return holding.sort(([, a], [, b]) => b.at.length - a.at.length)[0]?.[0];
};

/** @param {string} path @returns {boolean} tests, and what only tests use: it is not built and may use anything */
export const isTest = (path) => /\.test\.tsx?$|(^|[\\/])testing[\\/]/.test(path);

/** @param {Room} room @param {string} file from the root @param {string} name @returns {boolean} true when the row lends the name to this file alone */
const lent = (room, file, name) => (room.only?.[name] ?? []).some((path) => `${room.at}/${path}` === file);

/** @param {string} specifier @returns {string} the package's name */
const packageOf = (specifier) =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');

/** @param {Room} room @param {string} module @param {import('./imports.mjs').Name[]} names @returns {string | undefined} */
const judgeParts = (room, module, names) => {
  const parts = room.node.filter((entry) => entry.startsWith(`${module}#`)).map((entry) => entry.split('#')[1]);
  if (parts.length === 0 || names.length === 0) return module;
  const over = names.filter((one) => !one.type && !parts.includes(one.theirs)).map((one) => one.theirs);
  return over.length === 0 ? undefined : `${over.join(', ')} of ${module}`;
};

/**
 * Judges an import.
 * @param {Table} table @param {string} name the importing room @param {string} file its file, from the root
 * @param {string} specifier as written @param {import('./imports.mjs').Name[]} names what it takes from there
 * @returns {string | undefined} what is wrong, or undefined
 */
export const judgeImport = (table, name, file, specifier, names) => {
  const room = /** @type {Room} */ (table.rooms[name]);
  if (specifier.startsWith('.')) {
    const target = posix.join(posix.dirname(file), specifier);
    const other = roomOf(table, target);
    if (isTest(target)) return `a test (${specifier})`;
    if (other === name) return undefined;
    if (other === undefined) return `a file outside every room (${specifier})`;
    const samePackage = target.split('/')[1] === file.split('/')[1];
    return samePackage && room.rooms.includes(other) ? undefined : `${other} (${specifier})`;
  }
  const bare = specifier.replace(/^node:/, '');
  if (specifier.startsWith('node:') || builtinModules.includes(bare)) {
    const module = `node:${bare}`;
    if (room.node.includes(module) || lent(room, file, module)) return undefined;
    return judgeParts(room, module, names);
  }
  if (specifier.startsWith('@headgate/')) return room.packages.includes(specifier) ? undefined : specifier;
  const wanted = packageOf(specifier);
  const allowed = [wanted, `${dirname(wanted)}/*`, specifier];
  const ok = allowed.some((entry) => room.packages.includes(entry)) || lent(room, file, specifier);
  return ok ? undefined : `the package ${specifier}`;
};

/**
 * Judges a global name, or a member of one as `Date.now`.
 * @param {Table} table @param {string} name @param {string} file @param {string} used
 * @returns {boolean} true when the room may use it
 */
export const mayUse = (table, name, file, used) => {
  const room = /** @type {Room} */ (table.rooms[name]);
  return table.language.includes(used) || room.globals.includes(used) || lent(room, file, used);
};
