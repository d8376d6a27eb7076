/**
 * The OpenAPI 3.1 document, derived from the route table. A golden file makes every change of the API a visible diff.
 *
 * It knows no server: its address is relative and it carries the version of the API, never of the product.
 */

import { COMMON, PROBLEMS, type ProblemCode } from './problems.ts';
import { isOpen, isSchema, isSelf, type Contract } from './route.ts';
import { Components, type JsonSchema } from './schemas.ts';
import { refusal } from './shapes.ts';

export type OpenApi = {
  readonly openapi: '3.1.0';
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly servers: readonly { readonly url: string }[];
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>>; readonly securitySchemes: JsonSchema };
};

export type Operation = {
  readonly operationId: string;
  readonly summary: string;
  readonly tags: readonly string[];
  readonly security: readonly JsonSchema[];
  readonly 'x-permission': string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly required: boolean; readonly content: Content };
  readonly responses: Readonly<Record<string, Response>>;
};

export type Parameter = {
  readonly name: string;
  readonly in: 'path' | 'query';
  readonly required: boolean;
  readonly schema: unknown;
};
export type Content = Readonly<Record<string, { readonly schema: JsonSchema }>>;
export type Response = { readonly description: string; readonly content?: Content };

const ANY = ['get', 'post', 'put', 'patch', 'delete'] as const;

/** Builds the document; `routes` maps operation ids to contracts. */
export const openApi = (routes: Readonly<Record<string, Contract>>): OpenApi => {
  const components = new Components();
  const refusalSchema = components.of(refusal, 'output');
  const paths: Record<string, Record<string, Operation>> = {};
  for (const [name, contract] of Object.entries(routes)) {
    const path = contract.path.replace('/*', '{rest}');
    const methods = contract.method === 'ANY' ? ANY : [contract.method.toLowerCase()];
    for (const method of methods) {
      const operationId = methods.length === 1 ? name : `${name}_${method}`;
      (paths[path] ??= {})[method] = operation(contract, operationId, method, components, refusalSchema);
    }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Headgate API',
      version: '1',
      description: 'Runs AI flows and automations whose steps hold only the powers their owner granted.',
    },
    servers: [{ url: '/' }],
    tags: [...new Set(Object.values(routes).flatMap((contract) => contract.tags))].map((name) => ({ name })),
    paths,
    components: {
      schemas: components.schemas,
      securitySchemes: {
        key: { type: 'apiKey', in: 'header', name: 'x-api-key' },
        bearer: { type: 'http', scheme: 'bearer' },
        session: { type: 'apiKey', in: 'cookie', name: '__Host-headgate' },
      },
    },
  };
};

const operation = (
  contract: Contract,
  operationId: string,
  method: string,
  components: Components,
  refusalSchema: JsonSchema,
): Operation => {
  const open = isOpen(contract.needs);
  const parameters = [
    ...parametersOf(components.of(contract.params, 'input'), 'path'),
    ...parametersOf(components.of(contract.query, 'input'), 'query'),
  ];
  const body = method === 'get' ? undefined : bodyOf(contract, components);
  return {
    operationId,
    summary: contract.summary,
    tags: contract.tags,
    security: open ? [] : isSelf(contract.needs) ? [{ session: [] }] : [{ key: [] }, { bearer: [] }],
    'x-permission': contract.needs,
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined ? {} : { requestBody: body }),
    responses: responsesOf(contract, components, refusalSchema, open),
  };
};

const parametersOf = (schema: JsonSchema, where: 'path' | 'query'): Parameter[] => {
  const properties = schema['properties'];
  const required = schema['required'];
  if (typeof properties !== 'object' || properties === null) return [];
  return Object.entries(properties).map(([name, property]) => ({
    name: name === '*' ? 'rest' : name,
    in: where,
    required: where === 'path' || (Array.isArray(required) && required.includes(name)),
    schema: property,
  }));
};

const JSON_TYPE = 'application/json';
const FORM_TYPE = 'application/x-www-form-urlencoded';
const BODY_TYPES = { json: [JSON_TYPE], form: [FORM_TYPE], either: [JSON_TYPE, FORM_TYPE] } as const;

const bodyOf = (contract: Contract, components: Components): Operation['requestBody'] => {
  switch (contract.bodyKind) {
    case 'none':
      return undefined;
    case 'raw':
    case 'stream':
      return { required: false, content: { '*/*': { schema: {} } } };
    case 'json':
    case 'form':
    case 'either': {
      const schema = components.of(contract.body, 'input');
      const types = BODY_TYPES[contract.bodyKind];
      return {
        required: Array.isArray(schema['required']),
        content: Object.fromEntries(types.map((type) => [type, { schema }])),
      };
    }
  }
};

/** Their clients are told of refusals in envelopes of their own. */
const ELSEWHERE: ReadonlySet<string> = new Set(['openai', 'langflow']);

const responsesOf = (
  contract: Contract,
  components: Components,
  refusalSchema: JsonSchema,
  open: boolean,
): Record<string, Response> => {
  const made: Record<string, Response> = {};
  for (const [status, answer] of Object.entries(contract.answers)) {
    if (isSchema(answer))
      made[status] = {
        description: 'OK',
        content: { 'application/json': { schema: components.of(answer, 'output') } },
      };
    else if (answer.type === '') made[status] = { description: answer.text };
    else made[status] = { description: answer.text, content: { [answer.type]: { schema: { type: 'string' } } } };
  }
  const codes: readonly ProblemCode[] = [...(open ? [] : COMMON), ...contract.problems];
  for (const status of new Set(codes.map((code) => PROBLEMS[code].status))) {
    const here = [...new Set(codes.filter((code) => PROBLEMS[code].status === status))];
    made[String(status)] = {
      description: here.map((code) => `\`${code}\`: ${PROBLEMS[code].when}`).join(' '),
      content: contract.tags.some((tag) => ELSEWHERE.has(tag))
        ? { 'application/json': { schema: { type: 'object' } } }
        : { 'application/problem+json': { schema: refusalSchema } },
    };
  }
  return made;
};
