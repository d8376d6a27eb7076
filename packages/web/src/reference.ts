/** The API reference, rendered from the OpenAPI document that the contracts make: what it says is what the server does. */

import type { JsonSchema, OpenApi, Operation } from '@headgate/core/api';
import { frame } from './frame.ts';
import { html, type Markup } from './html.ts';
import { typeText } from './types.ts';

type Place = { readonly path: string; readonly method: string; readonly operation: Operation };

export const referencePage = (doc: OpenApi): string => {
  const places = Object.entries(doc.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({ path, method, operation })),
  );
  return frame({
    title: 'API reference',
    body: html`<p>${doc.info.description}</p>
<p>Send a key in the header <code>x-api-key</code>, or as <code>authorization: Bearer</code>; never in an address. The first key comes from the command line: <code>headgate superuser --help</code>. Refusals are <code>application/problem+json</code>.
The same as a document: <a href="/api/v1/openapi.json">openapi.json</a>, and the flow file’s <a href="/api/v1/schemas/flow.json">schema</a>.</p>
<nav aria-label="Sections"><ul>${doc.tags.map(({ name }) => html`<li><a href="#${name}">${name}</a></li>`)}<li><a href="#schemas">schemas</a></li></ul></nav>
${doc.tags.map(({ name }) =>
  section(
    name,
    places.filter(({ operation }) => operation.tags.includes(name)),
  ),
)}
<section aria-labelledby="schemas"><h2 id="schemas">schemas</h2>
${Object.entries(doc.components.schemas).map(([name, schema]) => html`<div class="card"><h3 id="schema-${name}">${name}</h3><pre tabindex="0">${typeText(schema)}</pre></div>`)}
</section>`,
  });
};

const section = (
  name: string,
  places: readonly Place[],
): Markup => html`<section aria-labelledby="${name}"><h2 id="${name}">${name}</h2>
${places.map(card)}
</section>`;

const card = ({
  path,
  method,
  operation,
}: Place): Markup => html`<article class="card" aria-labelledby="${operation.operationId}">
<h3 id="${operation.operationId}"><code>${method.toUpperCase()} ${path}</code></h3>
<p>${withCode(operation.summary)}</p>
<p class="soft">${access(operation['x-permission'])}</p>
${
  (operation.parameters ?? []).length > 0 &&
  html`<ul>${(operation.parameters ?? []).map(
    (parameter) =>
      html`<li><code>${parameter.name}</code> in the ${parameter.in}${parameter.required ? '' : ', optional'}: <code>${typeText(parameter.schema)}</code></li>`,
  )}</ul>`
}
${Object.entries(operation.requestBody?.content ?? {}).map(([type, { schema }]) => body(`Send ${type}`, schema))}
${Object.entries(operation.responses).map(([status, response]) => {
  const content = Object.entries(response.content ?? {}).filter(([type]) => type === 'application/json');
  return content.length === 0
    ? html`<p><strong>${status}</strong> ${withCode(response.description)}</p>`
    : content.map(([, { schema }]) => body(`${status}`, schema));
})}
</article>`;

const body = (title: string, schema: JsonSchema): Markup =>
  html`<p><strong>${title}</strong></p><pre tabindex="0">${typeText(schema)}</pre>`;

/** What the contracts write between backticks is code. */
const withCode = (text: string): readonly Markup[] =>
  text.split('`').map((part, i) => (i % 2 === 1 ? html`<code>${part}</code>` : html`${part}`));

const access = (needs: string): string =>
  needs.startsWith('none:') ? `Open: ${needs.slice('none:'.length)}.` : `Needs the permission ${needs}.`;
