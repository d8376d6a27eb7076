/** Lists what a source file imports: statically, on demand, re-exported, as a value or as a type alike. */
import { isNode } from './scope.mjs';

/** @typedef {import('./scope.mjs').Node} Node */
/**
 * @typedef {{ theirs: string, ours: string, type: boolean }} Name theirs is `*` for all of it
 * @typedef {{ from: string | undefined, at: number, names: Name[] }} Import `from` is undefined when it is computed
 */

/** @param {Node} node @returns {Import | undefined} */
const importOf = (node) => {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration': {
      if (!isNode(node.source)) return undefined;
      const entries = /** @type {Node[]} */ (node.specifiers ?? []);
      const kindOf = (/** @type {Node} */ of) => of.importKind ?? of.exportKind;
      const names = entries.map((entry) => ({
        theirs: (node.type === 'ImportDeclaration' ? entry.imported : entry.local)?.name ?? '*',
        ours: entry.local?.name,
        type: kindOf(node) === 'type' || kindOf(entry) === 'type',
      }));
      if (node.type === 'ExportAllDeclaration') names.push({ theirs: '*', ours: '*', type: kindOf(node) === 'type' });
      return { from: node.source.value, at: node.source.start, names };
    }
    case 'ImportExpression': {
      const fixed = node.source.type === 'Literal' && typeof node.source.value === 'string';
      const plain = node.source.type === 'TemplateLiteral' && node.source.expressions.length === 0;
      const text = plain ? node.source.quasis[0].value.cooked : node.source.value;
      return { from: fixed || plain ? text : undefined, at: node.source.start, names: [] };
    }
    case 'TSImportType':
      return { from: node.source?.value ?? node.argument?.literal?.value, at: node.start, names: [] };
    case 'TSExternalModuleReference':
      return { from: node.expression.value, at: node.expression.start, names: [] };
    default:
      return undefined;
  }
};

/** @param {Node} program @returns {Import[]} */
export const importsOf = (program) => {
  const found = /** @type {Import[]} */ ([]);
  /** @param {unknown} value */
  const walk = (value) => {
    if (Array.isArray(value)) value.forEach(walk);
    else if (isNode(value)) {
      const one = importOf(value);
      if (one !== undefined) found.push(one);
      Object.values(value).forEach(walk);
    }
  };
  walk(program);
  return found;
};
