/**
 * Telling of what went wrong: in the log always, and to the flow that a failed flow's settings name.
 *
 * An error flow's own failure is told in the log only, so that telling never goes round in circles.
 */

import type { EngineLog } from './engine.ts';
import type { Flows } from './flows.ts';
import type { Live } from './live.ts';
import type { Runs } from './runs.ts';
import { checkInput } from './starter.ts';

export type Alert = (text: string, data: Record<string, unknown>) => void;

export const newAlert =
  (log: EngineLog): Alert =>
  (text, data) =>
    log('warn', text, data);

/** Called with every run that is over and written. */
export const tellOf =
  (alert: Alert, flows: Flows, runs: () => Runs) =>
  (live: Live): void => {
    const { state, base } = live;
    if (state.phase !== 'failed') return;
    alert('a run failed', { run: base.id, flow: base.flow, code: state.problem?.code, step: state.problem?.at?.step });
    const name = live.compiled.flow.settings?.errorFlow;
    if (name === undefined || base.triggerKind === 'error@1') return;
    void flows.named(base.workspace, base.project, name).then((target) => {
      if (!target.ok)
        return alert('the error flow cannot be run', { run: base.id, errorFlow: name, code: target.problem.code });
      const input = {
        run: base.id,
        flow: base.flow,
        version: base.version,
        trigger: base.triggerKind,
        problem: state.problem,
      };
      const checked = checkInput(target.value, input);
      if (!checked.ok) return alert('the error flow does not take what it is told', { run: base.id, errorFlow: name });
      runs().create({
        target: target.value,
        input: checked.value,
        trigger: { kind: 'error@1', data: { run: base.id } },
        principal: `flow:${base.flow}`,
        environment: base.environment,
        priority: 0,
        limitKey: null,
        idempotencyKey: `error:${base.id}`,
        depth: 1,
      });
    });
  };
