/** The list of runs. */

import type { RunLine, RunList } from '@headgate/core/api';
import { RUN_STATES } from '@headgate/core';
import { frame } from './frame.ts';
import { html, type Markup } from './html.ts';
import { runsPath, runPath } from './paths.ts';
import { stateBadge, time } from './parts.ts';

export const runsPage = ({ runs, next, flow, state }: RunList): string => {
  const more = next === null ? null : html`<p><a href="${runsPath({ flow, state, cursor: next })}">Older runs</a></p>`;
  return frame({
    title: 'Runs',
    signedIn: true,
    body: html`${filter(flow, state)}
${runs.length === 0 ? html`<p>No runs here yet. A flow starts by the run API, by its webhook, or at its scheduled times.</p>` : table(runs)}
${more}`,
  });
};

const filter = (
  flow: string | null,
  state: string | null,
): Markup => html`<form class="card fields" method="get" action="/runs">
<div><label for="flow">Flow id</label><input id="flow" name="flow" value="${flow ?? ''}" autocomplete="off" spellcheck="false"></div>
<div><label for="state">State</label><select id="state" name="state"><option value="">any</option>${RUN_STATES.map(
  (one) => html`<option value="${one}"${one === state && html` selected`}>${one}</option>`,
)}</select></div>
<button type="submit">Show</button>
</form>`;

const table = (
  runs: readonly RunLine[],
): Markup => html`<div class="wide" role="region" aria-label="Runs" tabindex="0"><table>
<caption>Newest first</caption>
<thead><tr><th scope="col">Run</th><th scope="col">Flow</th><th scope="col">State</th><th scope="col">Started by</th><th scope="col">Created</th><th scope="col">Ended</th></tr></thead>
<tbody>${runs.map(
  (run) => html`<tr>
<th scope="row"><a href="${runPath(run.id)}"><code>${run.id}</code></a></th>
<td>${run.flowName ?? run.flow}${run.version === null ? ' (draft)' : ` v${run.version}`}</td>
<td>${stateBadge(run.state)}${run.problem !== null && html` <code>${run.problem}</code>`}</td>
<td>${run.trigger}</td>
<td>${time(run.created)}</td>
<td>${time(run.ended)}</td>
</tr>`,
)}</tbody>
</table></div>`;
