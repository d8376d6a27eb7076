/**
 * The list of services for people, made from their manifests: what each is called, what it can do, what it asks for. It
 * becomes a part of docs/services.md, which a test compares.
 */

import { fieldsOf } from './form.ts';
import type { Field, Operation, Service } from './manifest.ts';

const SIGN: Readonly<Record<Service['auth']['kind'], string>> = {
  none: 'asks for no key',
  bearer: 'by a token (`authorization: Bearer`)',
  header: 'by a key in a header',
  basic: 'by user and password',
  path: 'by a token, which the engine alone puts into the path',
  aws4: 'by a signature (AWS Signature Version 4), which the engine alone makes',
  oauth2: 'by a connection to an account',
};

const cell = (text: string): string => text.replaceAll('|', '\\|').replace(/[*_]/g, '\\$&');

const named = (fields: Readonly<Record<string, Field>>): string =>
  Object.entries(fields)
    .map(([name, field]) => (field.required === true ? `**\`${name}\`**` : `\`${name}\``))
    .join(', ');

const row = (service: Service, operation: Operation): string =>
  `| \`${operation.id}\` | ${cell(operation.title)}${operation.paging === undefined ? '' : ' (pages)'} | \`${operation.method} ${operation.path}\` | ${named(fieldsOf(service, operation))} |`;

const section = (service: Service): string =>
  [
    `### ${service.title} (\`${service.name}\`)`,
    '',
    `${cell(service.summary)} At \`${service.base}\`, ${SIGN[service.auth.kind]}.${service.secret === undefined ? '' : ` ${cell(service.secret)}`}`,
    '',
    '| operation | does | calls | input (needed in bold) |',
    '|---|---|---|---|',
    ...service.operations.map((operation) => row(service, operation)),
    ...(service.triggers === undefined
      ? []
      : ['', ...service.triggers.map((one) => `- \`${one.id}\`: ${cell(one.title)}. ${cell(one.summary)}`)]),
  ].join('\n');

/** All services, by name, as Markdown. */
export const servicesPage = (services: readonly Service[]): string =>
  [...services]
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(section)
    .join('\n\n');
