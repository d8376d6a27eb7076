/** One run and its journal. */

import type { EventView, Problem } from '@headgate/core';
import type { RunDetail } from '@headgate/core/api';
import { frame } from './frame.ts';
import { html, type Markup } from './html.ts';
import { pretty, stateBadge, time } from './parts.ts';
import { runPath } from './paths.ts';

/** Data longer than this is folded away. */
const SHORT = 400;

export const runPage = ({ run, flowName, events, after, next }: RunDetail): string =>
  frame({
    title: `Run ${run.id}`,
    signedIn: true,
    body: html`<dl>
<dt>Flow</dt><dd>${flowName === null ? '' : `${flowName} `}<code>${run.flow}</code>${run.version === null ? ' (draft)' : ` version ${run.version}`}</dd>
<dt>State</dt><dd>${stateBadge(run.state)}</dd>
<dt>Started by</dt><dd>${run.trigger.kind}${run.trigger.id === null ? '' : ` (${run.trigger.id})`}, environment ${run.environment}</dd>
<dt>Created</dt><dd>${time(run.created)}</dd>
<dt>Started</dt><dd>${time(run.started)}</dd>
<dt>Ended</dt><dd>${time(run.ended)}</dd>
${run.parent !== null && html`<dt>Called by</dt><dd><a href="${runPath(run.parent)}"><code>${run.parent}</code></a></dd>`}
${run.rerunOf !== null && html`<dt>Runs again</dt><dd><a href="${runPath(run.rerunOf)}"><code>${run.rerunOf}</code></a></dd>`}
</dl>
${run.problem !== null && problem(run.problem)}
${run.state === 'done' && html`<h2>Output</h2>${block(pretty(run.output), 'output')}`}
<h2>Journal</h2>
${after > 0 && html`<p><a href="${runPath(run.id)}">From the beginning</a></p>`}
${events.length === 0 ? html`<p>No more events.</p>` : journal(events)}
${next !== null && html`<p><a href="${runPath(run.id, next)}">Later events</a></p>`}`,
  });

const problem = ({
  code,
  text,
  at,
  fix,
}: Problem): Markup => html`<section class="card" aria-labelledby="problem"><h2 id="problem">Problem</h2>
<p><code>${code}</code>: ${text}</p>
${at?.step !== undefined && html`<p>At step <code>${at.step}</code>${at.item !== undefined && ` item ${at.item.join('.')}`}${at.field !== undefined && html`, field <code>${at.field}</code>`}</p>`}
${fix !== undefined && html`<p>${fix}</p>`}
</section>`;

const journal = (
  events: readonly EventView[],
): Markup => html`<div class="wide" role="region" aria-label="Journal" tabindex="0"><table>
<caption>In the order things happened</caption>
<thead><tr><th scope="col">No.</th><th scope="col">Time</th><th scope="col">Event</th><th scope="col">Step</th><th scope="col">Data</th></tr></thead>
<tbody>${events.map(
  (event) => html`<tr>
<th scope="row">${event.seq}</th>
<td>${time(event.at)}</td>
<td><code>${event.type}</code></td>
<td>${event.step ?? ''}${event.item !== undefined && ` [${event.item.join('.')}]`}</td>
<td>${data(event.data)}</td>
</tr>`,
)}</tbody>
</table></div>`;

const data = (value: unknown): Markup | string => {
  if (typeof value === 'object' && value !== null && Object.keys(value).length === 0) return '';
  return block(pretty(value), 'data');
};

const block = (text: string, what: string): Markup =>
  text.length <= SHORT
    ? html`<pre>${text}</pre>`
    : html`<details><summary>Show ${what} (${text.length} characters)</summary><pre tabindex="0">${text}</pre></details>`;
