/**
 * Finds the names in a source file that the file does not declare itself: its globals. Follows lexical scopes; types
 * are left out, since they are gone when the program runs.
 *
 * S1 A `declare` in a source file declares nothing: it would only hide a global from this search.
 * S2 `var`, enums and namespaces are not followed: the linter refuses the first, the compiler the others.
 */

/** @typedef {{ type: string, start: number, [key: string]: any }} Node */
/** @typedef {{ name: string, at: number, parent: Node, node: Node, up: Node[] }} Use a global name in use */

/** TypeScript's wrappers around a value; every other TS… node is a type. */
const WRAPPERS = new Set([
  'TSAsExpression',
  'TSNonNullExpression',
  'TSSatisfiesExpression',
  'TSTypeAssertion',
  'TSInstantiationExpression',
  'TSParameterProperty',
  'TSExportAssignment',
]);

/** Members that hold a name but refer to nothing. */
const LABELS = new Set(['LabeledStatement.label', 'BreakStatement.label', 'ContinueStatement.label']);
const TYPES = new Set([
  'typeAnnotation',
  'typeParameters',
  'typeArguments',
  'returnType',
  'superTypeArguments',
  'implements',
]);

/** @param {unknown} value @returns {value is Node} */
export const isNode = (value) =>
  typeof value === 'object' && value !== null && typeof (/** @type {any} */ (value).type) === 'string';

/** @param {Node | null} pattern @param {Set<string>} into adds the names that a pattern binds */
const bind = (pattern, into) => {
  if (pattern === null || pattern === undefined) return;
  switch (pattern.type) {
    case 'Identifier':
      into.add(pattern.name);
      return;
    case 'ObjectPattern':
      for (const property of pattern.properties)
        bind(property.type === 'RestElement' ? property : property.value, into);
      return;
    case 'ArrayPattern':
      for (const element of pattern.elements) bind(element, into);
      return;
    case 'AssignmentPattern':
      bind(pattern.left, into);
      return;
    case 'RestElement':
      bind(pattern.argument, into);
      return;
    case 'TSParameterProperty':
      bind(pattern.parameter, into);
  }
};

/** @param {Node} statement @param {Set<string>} into adds the names that a statement declares in its block */
const declare = (statement, into) => {
  switch (statement.type) {
    case 'ExportNamedDeclaration':
    case 'ExportDefaultDeclaration':
      if (isNode(statement.declaration)) declare(statement.declaration, into);
      return;
    case 'ImportDeclaration':
      for (const entry of statement.specifiers) into.add(entry.local.name);
      return;
    case 'VariableDeclaration':
      if (statement.declare !== true) for (const item of statement.declarations) bind(item.id, into);
      return;
    case 'FunctionDeclaration':
    case 'ClassDeclaration':
      if (statement.declare !== true && statement.id?.type === 'Identifier') into.add(statement.id.name);
  }
};

/** @param {Node} node @returns {Set<string> | undefined} the names of the scope that a node opens, if it opens one */
const scopeOf = (node) => {
  const names = /** @type {Set<string>} */ (new Set());
  switch (node.type) {
    case 'Program':
    case 'BlockStatement':
    case 'StaticBlock':
      for (const statement of node.body) declare(statement, names);
      return names;
    case 'SwitchStatement':
      for (const branch of node.cases) for (const statement of branch.consequent) declare(statement, names);
      return names;
    case 'FunctionExpression':
    case 'FunctionDeclaration':
    case 'ArrowFunctionExpression':
      if (node.type === 'FunctionExpression') bind(node.id, names);
      for (const param of node.params) bind(param, names);
      return names;
    case 'ClassExpression':
      bind(node.id, names);
      return names;
    case 'CatchClause':
      bind(node.param, names);
      return names;
    case 'ForStatement':
      if (isNode(node.init)) declare(node.init, names);
      return names;
    case 'ForInStatement':
    case 'ForOfStatement':
      declare(node.left, names);
      return names;
    default:
      return undefined;
  }
};

/** @param {Node} parent @param {string} key @param {Node} node @returns {boolean} false for names that are only labels of something */
const refers = (parent, key, node) => {
  if (LABELS.has(`${parent.type}.${key}`)) return false;
  if (parent.type === 'MemberExpression' && key === 'property') return parent.computed;
  const keyed = ['Property', 'PropertyDefinition', 'MethodDefinition', 'AccessorProperty'].includes(parent.type);
  if (keyed && key === 'key') return parent.computed;
  if (parent.type === 'MetaProperty') return false;
  if (parent.type.startsWith('Import') && parent.type !== 'ImportExpression') return false;
  if (parent.type === 'ExportSpecifier') return key === 'local' && node.type === 'Identifier';
  return true;
};

/**
 * @param {Node} program as oxc-parser gives it
 * @param {ReadonlyMap<string, string>} watched imported names that are to be found as well, each under its own name
 * @returns {Use[]} every use of a name that is not declared in the file; `import.meta` counts as one
 */
export const globalsOf = (program, watched = new Map()) => {
  const found = /** @type {Use[]} */ ([]);
  const scopes = /** @type {Set<string>[]} */ ([]);

  /** @param {Node} node @param {Node[]} up its ancestors, nearest first @param {string} key */
  const walk = (node, up, key) => {
    if (node.type.startsWith('TS') && !WRAPPERS.has(node.type)) return;
    const parent = up[0];
    if (node.type === 'MetaProperty' && node.meta.name === 'import') {
      found.push({ name: 'import.meta', at: node.start, parent: /** @type {Node} */ (parent), node, up });
      return;
    }
    if (node.type === 'Identifier' && parent !== undefined) {
      const own = scopes.findLastIndex((names) => names.has(node.name));
      const name = own <= 0 ? watched.get(node.name) : undefined;
      if (refers(parent, key, node) && (own === -1 || name !== undefined)) {
        found.push({ name: name ?? node.name, at: node.start, parent, node, up });
      }
      return;
    }
    if (node.declare === true || node.importKind === 'type' || node.exportKind === 'type') return;
    if (node.type === 'ExportNamedDeclaration' && node.source !== null) return;
    const names = scopeOf(node);
    if (names !== undefined) scopes.push(names);
    const above = [node, ...up];
    for (const [name, value] of Object.entries(node)) {
      if (TYPES.has(name)) continue;
      if (Array.isArray(value)) {
        for (const item of value) if (isNode(item)) walk(item, above, name);
      } else if (isNode(value)) walk(value, above, name);
    }
    if (names !== undefined) scopes.pop();
  };

  walk(program, [], '');
  return found;
};
