/**
 * Some names are harmless but for one member: Math but for its dice, Date but for the clock, process but for the
 * environment. This says which grant a use needs, as `Math.random`; a use that hides which member it means (an alias,
 * a computed member) needs them all.
 */

/** @typedef {import('./scope.mjs').Use} Use */

/** @type {Record<string, string[]>} */
const DANGEROUS = { Math: ['random'], Date: ['now'], process: ['env'], DateTime: ['now'], performance: ['now'] };

/** @param {Use} use @returns {string | undefined} the member's name; undefined when it cannot be told */
export const memberOf = ({ parent, node }) => {
  if (parent.type !== 'MemberExpression' || parent.object !== node) return undefined;
  if (!parent.computed) return parent.property.name;
  return parent.property.type === 'Literal' ? String(parent.property.value) : undefined;
};

/** @param {Use} use @returns {boolean} `x instanceof Date` and the like, which reach no member */
const onlyCompares = ({ parent, node }) =>
  parent.type === 'BinaryExpression' && parent.operator === 'instanceof' && parent.right === node;

/** @param {Use} use @returns {boolean | undefined} true: it reads the clock; undefined: it is no call of the name itself */
const readsClock = ({ parent, node }) => {
  if (parent.type === 'NewExpression' && parent.callee === node) return parent.arguments.length === 0;
  if (parent.type === 'CallExpression' && parent.callee === node) return true;
  return undefined;
};

/** luxon's DateTime reads the machine's clock in now(), and its clock or zone in local(). */
const LUXON = new Set(['now', 'local']);

/**
 * A library may bring a clock of its own; luxon does.
 * @param {import('./imports.mjs').Import[]} imports
 * @returns {{ watched: Map<string, string>, whole: import('./imports.mjs').Import[] }} the local names to watch, and the
 * imports that hide which members are used
 */
export const clocksIn = (imports) => {
  const luxon = imports.filter((one) => one.from === 'luxon');
  const clocks = luxon.flatMap((one) => one.names.filter((name) => name.theirs === 'DateTime'));
  const hides = (/** @type {string} */ theirs) => theirs === '*' || theirs === 'Settings';
  return {
    watched: new Map(clocks.map(({ theirs, ours }) => [ours, theirs])),
    whole: luxon.filter((one) => one.names.length === 0 || one.names.some((name) => hides(name.theirs))),
  };
};

/**
 * @param {Use} use
 * @returns {string[]} the grants that this use needs beyond the bare name
 */
export const dangersOf = (use) => {
  const members = DANGEROUS[use.name];
  if (members === undefined || onlyCompares(use)) return [];
  const all = members.map((member) => `${use.name}.${member}`);
  if (use.name === 'Date') {
    const clock = readsClock(use);
    if (clock !== undefined) return clock ? all : [];
  }
  const member = memberOf(use);
  if (member === undefined) return use.name === 'DateTime' ? [] : all;
  const asked = use.name === 'DateTime' && LUXON.has(member) ? 'now' : member;
  return members.includes(asked) ? [`${use.name}.${asked}`] : [];
};
