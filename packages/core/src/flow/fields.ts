/** Looks into a zod schema without judging a value: which fields are known at a path, which schema stands there. */

import type { z } from 'zod';
import type { Path } from './path.ts';

type Schema = z.core.$ZodType;
type Any = z.core.$ZodTypes;

/** zod declares its inner types as a union told apart by `_zod.def.type`; every schema built with it is one of them. */
const known = (schema: Schema): Any => schema as Any;

/** The schemas a value may stand under, wrappers taken off and unions spread out. */
export const spread = (schema: Schema): readonly Any[] => {
  const one = known(schema);
  switch (one._zod.def.type) {
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
    case 'readonly':
    case 'nonoptional':
    case 'catch':
      return spread(one._zod.def.innerType);
    case 'union':
      return one._zod.def.options.flatMap(spread);
    case 'lazy':
      return spread(one._zod.def.getter());
    case 'pipe':
      return spread(one._zod.def.in);
    case 'intersection':
      return [...spread(one._zod.def.left), ...spread(one._zod.def.right)];
    default:
      return [one];
  }
};

/** The schemas of the part of a value at a path; empty where nothing is known. */
export const schemasAt = (schema: Schema, path: Path): readonly Any[] => {
  let here = spread(schema);
  for (const part of path) {
    const next: Any[] = [];
    for (const one of here) {
      switch (one._zod.def.type) {
        case 'object': {
          const child =
            typeof part === 'string' && Object.hasOwn(one._zod.def.shape, part)
              ? one._zod.def.shape[part]
              : one._zod.def.catchall;
          if (child !== undefined) next.push(...spread(child));
          break;
        }
        case 'array':
          if (typeof part === 'number') next.push(...spread(one._zod.def.element));
          break;
        case 'record':
          if (typeof part === 'string') next.push(...spread(one._zod.def.valueType));
          break;
        case 'tuple': {
          const child = typeof part === 'number' ? (one._zod.def.items[part] ?? one._zod.def.rest) : undefined;
          if (child !== undefined && child !== null) next.push(...spread(child));
          break;
        }
        default:
          break;
      }
    }
    here = next;
  }
  return here;
};

/** Names of the fields known at a path. */
export const fieldsAt = (schema: Schema, path: Path): readonly string[] => [
  ...new Set(
    schemasAt(schema, path).flatMap((one) => (one._zod.def.type === 'object' ? Object.keys(one._zod.def.shape) : [])),
  ),
];
