/**
 * The webhook entrance: from the raw request to a run and its answer.
 *
 * K1 Order: address, method, signature, replay, then parsing. A request that fails one of them starts nothing.
 * K3 A signed delivery starts one run, and is remembered in the same commit as that run's beginning: neither a crash nor a
 *    refusal makes it count as accepted when no run came of it, so the sender may send it again.
 */

import { at, evaluate, type HookAnswer, type HookRequest, type Problem, problem } from '@headgate/core';
import type { Delivery, Store } from '../store/ports.ts';
import { Recent } from './cache.ts';
import { type Hook, hookOf, triggerScope } from './hook-of.ts';
import { deliveredBy } from './hook-service.ts';
import type { Clock } from './clock.ts';
import type { Flows } from './flows.ts';
import type { Listening } from './listening.ts';
import type { Live } from './live.ts';
import { readBody, triggerData } from './hook-body.ts';
import { JSON_TYPE, PROBLEM_TYPE, refuse, refused } from './hook-refusal.ts';
import { failedOutward, refusedOutward } from './outward.ts';
import { hasOwner } from './owner.ts';
import type { Runs } from './runs.ts';
import { verify, WINDOW } from './signature.ts';
import { startLimits } from './start.ts';
import type { Values } from './values.ts';

/** How long a caller of a synchronous webhook waits at most. */
const PATIENCE = 30_000;
const MOST_HOPS = 16;

type Deps = {
  readonly store: Store;
  readonly clock: Clock;
  readonly flows: Flows;
  readonly runs: Runs;
  readonly values: Values;
  readonly journal: Store['journal'];
  readonly listening: Listening;
  readonly secret: (workspace: string, project: string, name: string, environment: string) => Promise<string | null>;
};

const nameOf = ({ hook, id }: Delivery): string => `${hook}\n${id}`;

/** What an author's answer may not set: the connection's own business, and what would act on the app's origin. */
const KEPT_BACK = new Set([
  'connection',
  'content-length',
  'transfer-encoding',
  'keep-alive',
  'upgrade',
  'trailer',
  'set-cookie',
  'strict-transport-security',
  'content-security-policy',
  'clear-site-data',
  'service-worker-allowed',
]);

/** What was written before the disk refused is kept, and goes on: who sends again may start a second run. */
const UNAVAILABLE = refuse(
  503,
  'store.unavailable',
  'The run could not be made durable',
  'Look at /health/ready. The run may go on later; an idempotency key makes sending again safe.',
);

/** What its trigger or its settings make of the request failed: which expression, and of which value, is the author's business. */
const UNFIT = refuse(422, 'input.invalid', 'The request does not fit what this webhook takes');

/** Why no run began (outward.ts). */
const closed = (why: Problem): HookAnswer => {
  const told = refusedOutward(why);
  return refused(told.retry === 'after' ? 429 : told.code === 'store.unavailable' ? 503 : 422, told);
};

export class Hooks {
  readonly #d: Deps;
  readonly #hooks = new Recent<string, Hook>(50_000);
  /** Deliveries that runs were made of lately: what is not durable yet cannot be asked of the store. */
  readonly #taken = new Recent<string, true>(100_000);

  constructor(deps: Deps) {
    this.#d = deps;
  }

  forget(): void {
    this.#hooks.clear();
  }

  async answer(request: HookRequest): Promise<HookAnswer> {
    const hook =
      this.#hooks.get(request.token) ?? (await this.#find(request.token)) ?? (await this.#heard(request.token));
    if (hook === null || (hook.until !== null && hook.until <= this.#d.clock.now()))
      return refuse(
        404,
        'webhook.unknown',
        'There is no webhook at this address',
        'Publishing the flow shows the address.',
      );
    const locked = this.#d.store.locked(hook.workspace);
    if (locked !== null) return closed(locked);
    if (hook.method !== null && hook.method !== request.method)
      return {
        ...refuse(405, 'webhook.method', `This webhook takes ${hook.method}`),
        headers: { ...PROBLEM_TYPE, allow: hook.method },
      };
    let delivery: Delivery | null = null;
    if (hook.signature !== null) {
      const judged = await this.#verify(hook, hook.signature, request);
      if ('status' in judged) return judged;
      delivery = judged;
    }
    const hops = Number(request.headers['x-headgate-hops'] ?? 0);
    if (hops > MOST_HOPS)
      return refuse(
        508,
        'run.hops',
        'This request went through webhooks of this server too many times',
        'Does a flow call its own webhook without an end?',
      );
    const read = readBody(request, hook.input !== null || hook.service !== null);
    if ('status' in read) return read;
    const said = hook.service === null ? null : deliveredBy(hook.service, request, read.body);
    if (said !== null && 'answer' in said) return said.answer;
    const data = { ...triggerData(request, read.body), ...said?.data };
    if (said !== null && delivery !== null) {
      const until = this.#d.clock.now() + said.remembered;
      delivery = { ...delivery, id: said.delivery ?? delivery.id, until };
      if (await this.#d.store.engine.knowsDelivery(delivery.hook, delivery.id)) return this.#replayed(hook);
    }
    const input =
      said !== null
        ? { ok: true as const, value: said.value }
        : hook.input === null
          ? { ok: true as const, value: read.body }
          : evaluate(hook.input, triggerScope(hook.trigger, data, this.#d.clock.now(), hook.target.vars));
    if (!input.ok) return UNFIT;
    const { target } = hook;
    const checked =
      target.compiled.input === null ? { ok: true as const, value: input.value } : target.compiled.input(input.value);
    if (!checked.ok) return refused(422, inputProblem(checked.problems));
    let limits = startLimits(target, checked.value, { id: hook.trigger, kind: hook.kind, data }, this.#d.clock.now());
    if ('problem' in limits) return UNFIT;
    if (hook.tries) limits = { ...limits, idempotencyKey: null };
    if (limits.idempotencyKey !== null) {
      const { runs, store } = this.#d;
      const known =
        runs.byKey(target.row.id, limits.idempotencyKey) ??
        (await store.in(hook.workspace).runs.byIdempotencyKey(target.row.id, limits.idempotencyKey, 0)) ??
        runs.byKey(target.row.id, limits.idempotencyKey);
      if (known !== null) return { status: 202, headers: JSON_TYPE, body: JSON.stringify({ run: known }) };
    }
    if (delivery !== null && !this.#take(delivery)) return this.#replayed(hook);
    // A body that is the input as it came is held once.
    const { body, ...rest } = data;
    const same = checked.value === body;
    const made = this.#d.runs.create({
      target,
      ...(delivery === null ? {} : { delivery }),
      input: checked.value,
      inputText: same ? read.text : null,
      trigger: same
        ? { id: hook.trigger, kind: hook.kind, data: rest, body: 'input' }
        : { id: hook.trigger, kind: hook.kind, data },
      principal: `trigger:${hook.trigger}`,
      priority: target.compiled.flow.settings?.priority ?? 0,
      ...limits,
      depth: Number.isInteger(hops) && hops > 0 ? hops : 0,
      untold: hook.sync && limits.idempotencyKey === null,
    });
    if ('problem' in made) {
      if (delivery !== null) this.#taken.delete(nameOf(delivery));
      return closed(made.problem);
    }
    return hook.sync ? this.#waitFor(made.live) : this.#accept(made.live);
  }

  async #accept(live: Live): Promise<HookAnswer> {
    live.untold = false;
    live.flush(this.#d.journal);
    try {
      await this.#d.journal.barrier(live.group);
    } catch {
      this.#d.runs.abandon(live);
      return UNAVAILABLE;
    }
    return { status: 202, headers: JSON_TYPE, body: `{"run":"${live.id}"}` };
  }

  /** The respond step's answer, else the output, else the Problem; after PATIENCE the run's id. Always durable first. */
  #waitFor(live: Live): Promise<HookAnswer> {
    if (live.over || live.state.response !== null) return this.#durable(live);
    return new Promise((resolve) => {
      const answered = (): void => {
        clearTimeout(timer);
        resolve(this.#durable(live));
      };
      const timer = setTimeout(() => {
        live.onAnswer = live.onAnswer.filter((one) => one !== answered);
        resolve(this.#accept(live));
        this.#d.runs.parked(live);
      }, PATIENCE);
      live.onAnswer.push(answered);
    });
  }

  async #durable(live: Live): Promise<HookAnswer> {
    try {
      await this.#d.journal.barrier(live.group);
    } catch {
      return UNAVAILABLE;
    }
    if (!live.over && live.state.response === null) return UNAVAILABLE;
    const { workspace, project, flow, environment } = live.base;
    const lent = await this.#d.flows.lent(workspace, flow);
    const reveal = lent.reveals({ workspace, project, flow, environment }, this.#d.clock.now());
    const answer = this.#result(live);
    return reveal.length === 0 ? answer : { ...answer, reveal };
  }

  #result(live: Live): HookAnswer {
    const { response, output, problem: why, phase } = live.state;
    if (response !== null) {
      const body = this.#d.values.read(live.base.workspace, response.body);
      const headers: Record<string, string> = {};
      for (const [name, value] of Object.entries(response.headers)) {
        const lower = name.toLowerCase();
        if (!KEPT_BACK.has(lower) && lower !== '__proto__') headers[lower] = value;
      }
      if (typeof body === 'string')
        return {
          status: response.status,
          headers: 'content-type' in headers ? headers : { ...headers, 'content-type': 'text/plain; charset=utf-8' },
          body,
        };
      return {
        status: response.status,
        headers: 'content-type' in headers ? headers : { ...headers, ...JSON_TYPE },
        body: body === null ? '' : JSON.stringify(body),
      };
    }
    if (phase === 'done')
      return {
        status: 200,
        headers: JSON_TYPE,
        body: JSON.stringify(output === null ? null : this.#d.values.read(live.base.workspace, output)),
      };
    if (phase === 'cancelled') return refuse(422, 'run.cancelled', 'The run was cancelled');
    return refused(422, failedOutward(why ?? problem('run.failed', 'The run failed'), live.base.flow, live.compiled));
  }

  async #find(token: string): Promise<Hook | null> {
    const { store, flows } = this.#d;
    const version = store.version();
    const found = await store.engine.hookByToken(token);
    if (found === null) return null;
    const target = await flows.live(found.workspace, found.flow, found.environment);
    if (!target.ok || !target.value.row.enabled) return null;
    if (!(await hasOwner(store, found.workspace, target.value.row))) return null;
    const { services } = await flows.catalogIn(found.workspace);
    const hook = hookOf({ ...found, target: target.value }, services, false);
    if (hook !== null && store.version() === version) this.#hooks.set(token, hook);
    return hook;
  }

  /** Asked for at every delivery: drafts change, and so does what who listens may (LI2 in listening.ts). */
  async #heard(token: string): Promise<Hook | null> {
    const heard = await this.#d.listening.heard(token);
    if (heard === null) return null;
    const { services } = await this.#d.flows.catalogIn(heard.workspace);
    return hookOf({ ...heard, until: null }, services, true);
  }

  async #verify(
    hook: Hook,
    signature: NonNullable<Hook['signature']>,
    request: HookRequest,
  ): Promise<HookAnswer | Delivery> {
    const now = this.#d.clock.now();
    const secret = await this.#d.secret(
      hook.workspace,
      hook.target.row.project,
      signature.secret,
      hook.target.environment,
    );
    const verdict =
      secret === null ? ({ ok: false, reason: 'no_secret' } as const) : verify(signature.scheme, secret, request, now);
    if (!verdict.ok) {
      await this.#deny(hook, `webhook.signature_${verdict.reason}`, now);
      return refuse(
        401,
        'webhook.signature',
        'The signature of this request is missing, wrong or too old',
        `Sign the raw body as ${typeof signature.scheme === 'string' ? signature.scheme : 'the service'} does, with the shared secret and the present time.`,
      );
    }
    const delivery = {
      hook: `${hook.flow}/${hook.trigger}${hook.tries ? '/draft' : ''}`,
      id: verdict.delivery,
      until: now + 2 * WINDOW * 1000,
    };
    // A service says itself which delivery it is, and what it answers is judged first (hook-service.ts).
    if (hook.service !== null) return delivery;
    const known = await this.#d.store.engine.knowsDelivery(delivery.hook, delivery.id);
    return known ? this.#replayed(hook) : delivery;
  }

  /** K3: false when a run of this delivery is on its way already. Nothing is awaited between this and the run. */
  #take(delivery: Delivery): boolean {
    const name = nameOf(delivery);
    if (this.#taken.get(name) !== undefined) return false;
    this.#taken.set(name, true);
    return true;
  }

  async #replayed(hook: Hook): Promise<HookAnswer> {
    await this.#deny(hook, 'webhook.replay', this.#d.clock.now());
    // A service sends again until it hears a yes; by now the run of the first time is durable, as the record after it is.
    if (hook.service !== null) return { status: 200, headers: JSON_TYPE, body: '{"known":true}' };
    return refuse(
      409,
      'webhook.replay',
      'This delivery was accepted before',
      'Each delivery starts one run; send a new one.',
    );
  }

  /** A refusal is on record before the answer leaves. */
  async #deny(hook: Hook, reason: string, now: number): Promise<void> {
    const group = this.#d.journal.audit([
      {
        at: now,
        workspace: hook.workspace,
        actor: 'visitor',
        action: 'webhook',
        object: `${hook.flow}/${hook.trigger}`,
        decision: 'deny',
        reason,
        run: null,
        step: null,
      },
    ]);
    await this.#d.journal.barrier(group);
  }
}

/** All that is wrong with an input, as one Problem that names the first place and counts the rest. */
export const inputProblem = (problems: readonly Problem[]): Problem => {
  const [first] = problems;
  if (first === undefined) return problem('input.invalid', 'The input is not what the flow declares');
  const rest = problems.slice(1).map((p) => `${p.at?.field ?? 'input'}: ${p.text}`);
  return at(
    { field: 'input' },
    { ...first, code: 'input.invalid', text: [`${first.text}`, ...rest].slice(0, 20).join('; ') },
  );
};
