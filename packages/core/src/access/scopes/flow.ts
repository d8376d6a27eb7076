/** `flow: call Greet`: starting another flow of the project, by its id or name. */

import { type Read, type Scope, texts, wrong } from './scope.ts';

/** An id, a name, or `*`. */
export type FlowScope = { readonly flow: string };

/** A first word that somebody may mean as a verb is not read as the beginning of a name. */
const VERB = /^(run|start|read|use|write)(\s|$)/;
// oxlint-disable-next-line no-control-regex -- a name with control characters could print as another power
const CONTROL = /[\u0000-\u001f\u007f]/;

const parse = (text: string): Read<FlowScope> => {
  const cut = /^call(?:\s+(.*))?$/.exec(text);
  const flow = cut === null ? (VERB.test(text) ? '' : text) : (cut[1] ?? '').trim();
  return flow === '' || flow.length > 200 || CONTROL.test(flow)
    ? wrong('expected call and the id or name of a flow')
    : { scope: { flow } };
};

export const flow: Scope<FlowScope> = {
  form: 'flow: call NAME',
  parse,
  print: (scope) => `call ${scope.flow}`,
  is: (value) => texts(value, 'flow'),
  covers: (grant, request) => grant.flow === '*' || grant.flow === request.flow,
  sentence: (scope) => (scope.flow === '*' ? 'Start any flow of the project' : `Start the flow “${scope.flow}”`),
  byTyping: (scope) => scope.flow !== '*',
};
