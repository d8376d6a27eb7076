/**
 * Judges steps that use an operation of a service: is there such a one, and does what it is given fit what it takes, as
 * far as it stands there plainly? What expressions give is only known when the flow runs.
 */

import { fieldsOf, pollSchema } from '../../service/form.ts';
import { hookTriggerOf } from '../../service/hook.ts';
import { type Operation, operationOf, pollOf, type Service, type Services } from '../../service/manifest.ts';
import { compileInput } from '../input.ts';
import { isObject } from '../path.ts';
import { named } from '../text/shown.ts';
import { didYouMean } from '../suggest.ts';
import { leavesOf } from './expressions.ts';
import type { Findings } from './findings.ts';

type Use = {
  readonly value: Record<string, unknown>;
  readonly place: (field: string) => { step?: string; field: string };
};

/** `value`: the `with` of the step as written. */
export const checkService = ({ value, place }: Use, services: Services, findings: Findings): void => {
  const { service: name, operation: id } = value;
  if (typeof name !== 'string' || typeof id !== 'string') return;
  const service = services.get(name);
  if (service === undefined) {
    const near = didYouMean(
      findings.suggest(
        name,
        services.list.map((one) => one.name),
      ),
    );
    findings.problem(
      'service.unknown',
      `there is no service ${named(name)}`,
      place('with.service'),
      near ?? 'See the list of services.',
    );
    return;
  }
  const operation = operationOf(service, id);
  if (operation === undefined) {
    const ids = service.operations.map((one) => one.id);
    const fix = didYouMean(findings.suggest(id, ids)) ?? `Known: ${ids.slice(0, 20).join(', ')}.`;
    findings.problem('service.unknown', `${service.title} has no operation ${named(id)}`, place('with.operation'), fix);
    return;
  }
  needsKey(service, value, place, findings);
  if (value['most'] !== undefined && operation.paging === undefined)
    findings.warning('service.input', 'this operation has no pages, so `most` says nothing', place('with.most'));
  checkInput(service, operation, value['input'] ?? {}, place, findings);
};

const needsKey = (service: Service, value: Record<string, unknown>, place: Use['place'], findings: Findings): void => {
  if (service.auth.kind === 'none' || value['secret'] !== undefined) return;
  const text = `${service.title} has to know who calls, and no secret is named`;
  findings.problem('service.secret', text, place('with.secret'), service.secret);
};

const checkInput = (
  service: Service,
  operation: Operation,
  input: unknown,
  place: Use['place'],
  findings: Findings,
): void => {
  if (!isObject(input)) return;
  const fields = fieldsOf(service, operation);
  for (const [name, { required, schema }] of Object.entries(fields))
    if (required === true && schema['default'] === undefined && input[name] === undefined)
      findings.problem(
        'service.input',
        `${service.title} needs ${named(name)} to ${operation.title}`,
        place(`with.input.${name}`),
      );
  for (const [name, given] of Object.entries(input)) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (field === undefined) {
      const near = didYouMean(findings.suggest(name, Object.keys(fields)));
      findings.problem('service.input', `the operation takes no ${named(name)}`, place(`with.input.${name}`), near);
      continue;
    }
    if (leavesOf(given, []).length > 0 || given === null) continue;
    const made = compileInput(field.schema);
    const judged = made.ok ? made.validate(given) : made;
    const [first] = judged.ok ? [] : judged.problems;
    if (first !== undefined)
      findings.problem(
        'service.input',
        first.text,
        place(`with.${(first.at?.field ?? 'input').replace(/^input/, `input.${name}`)}`),
        first.fix,
      );
  }
};

/** The same of a trigger that asks a service. Nothing of it is computed: there is no run yet that would know. */
export const checkPoll = ({ value, place }: Use, services: Services, findings: Findings): void => {
  const { service: name, trigger: which } = value;
  if (typeof name !== 'string' || typeof which !== 'string') return;
  const service = services.get(name);
  const poll = pollOf(services, name, which);
  if (service === undefined || poll === undefined) {
    const known = service === undefined ? services.list.map((one) => one.name) : pollsOf(service);
    const near = didYouMean(findings.suggest(service === undefined ? name : which, known));
    const text =
      service === undefined
        ? `there is no service ${named(name)}`
        : `${service.title} has nothing called ${named(which)} to ask for`;
    findings.problem(
      'service.unknown',
      text,
      place(service === undefined ? 'with.service' : 'with.trigger'),
      near ?? `Known: ${known.slice(0, 20).join(', ')}.`,
    );
    return;
  }
  needsKey(service, value, place, findings);
  const made = compileInput(pollSchema(service, poll.operation, poll.trigger));
  const judged = made.ok ? made.validate(value['input'] ?? {}) : made;
  for (const one of judged.ok ? [] : judged.problems)
    findings.problem('service.input', one.text, place(`with.${one.at?.field ?? 'input'}`), one.fix);
  if (leavesOf(value['input'], []).length > 0)
    findings.problem(
      'service.input',
      'what a trigger asks by is written plainly, without expressions',
      place('with.input'),
    );
};

/** The same of a trigger that a service calls. */
export const checkServiceHook = ({ value, place }: Use, services: Services, findings: Findings): void => {
  const { service: name, trigger: which, events } = value;
  if (typeof name !== 'string' || typeof which !== 'string') return;
  const service = services.get(name);
  const found = hookTriggerOf(services, name, which);
  if (service === undefined || found === undefined) {
    unknownTrigger({ name, which, service, kind: 'webhook' }, place, findings);
    return;
  }
  if (isObject(value['register'])) checkRegister(found, value['register'], place, findings);
  const { events: known } = found.trigger;
  if (known === undefined || !Array.isArray(events)) return;
  for (const [i, event] of events.entries())
    if (typeof event === 'string' && !known.some((one) => event === one.name || event.startsWith(`${one.name}.`)))
      findings.warning(
        'service.input',
        `${service.title} is not known to send ${named(event)}`,
        place(`with.events[${i}]`),
        didYouMean(
          findings.suggest(
            event,
            known.map((one) => one.name),
          ),
        ),
      );
};

type Found = NonNullable<ReturnType<typeof hookTriggerOf>>;

/** Is the address entered there without a person at all, and is all said that this takes? */
const checkRegister = (
  { service, trigger }: Found,
  given: Readonly<Record<string, unknown>>,
  place: Use['place'],
  findings: Findings,
): void => {
  const { register, setUp } = trigger;
  const made = register === undefined ? undefined : operationOf(service, register.operation);
  if (register === undefined || made === undefined) {
    const text = `${service.title} lets nobody enter an address but a person`;
    return findings.problem('service.input', text, place('with.register'), setUp);
  }
  const input = isObject(given['input']) ? given['input'] : {};
  const own = new Set([register.url, register.secret]);
  for (const [name, { required, schema }] of Object.entries(fieldsOf(service, made)))
    if (required === true && !own.has(name) && schema['default'] === undefined && input[name] === undefined)
      findings.problem(
        'service.input',
        `${service.title} has to know \`${name}\` to enter the address`,
        place(`with.register.input`),
        String(schema['description'] ?? ''),
      );
};

type Unknown = {
  readonly name: string;
  readonly which: string;
  readonly service: Service | undefined;
  readonly kind: 'poll' | 'webhook';
};

const unknownTrigger = ({ name, which, service, kind }: Unknown, place: Use['place'], findings: Findings): void => {
  const known =
    service === undefined ? [] : (service.triggers ?? []).flatMap((one) => (one.kind === kind ? [one.id] : []));
  if (service === undefined)
    findings.problem(
      'service.unknown',
      `there is no service ${named(name)}`,
      place('with.service'),
      'See the list of services.',
    );
  else
    findings.problem(
      'service.unknown',
      `${service.title} has nothing called ${named(which)} to ${kind === 'poll' ? 'ask for' : 'be called for'}`,
      place('with.trigger'),
      didYouMean(findings.suggest(which, known)) ?? `Known: ${known.slice(0, 20).join(', ') || 'none'}.`,
    );
};

const pollsOf = (service: Service): readonly string[] =>
  (service.triggers ?? []).flatMap(({ id, kind }) => (kind === 'poll' ? [id] : []));
