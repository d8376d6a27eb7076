/** Who hears of what went wrong. */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { PERMISSIONS } from '@headgate/core';
import { type Ground, openGround, OWNER } from './testing/ground.ts';

let g: Ground;
beforeAll(async () => {
  g = await openGround();
});
afterAll(() => g.close());

const failing = (name: string) => ({
  headgate: 1,
  name,
  steps: [{ id: 's', kind: 'stop@1', with: { problem: 'pay.broken', text: 'The salary of Bob' } }],
});
const alert = (name: string) => ({
  headgate: 1,
  name,
  triggers: [{ id: 'alert', kind: 'alert@1' }],
  steps: [{ id: 's', kind: 'set@1', with: { value: '{{ input.flow }}' } }],
  output: '{{ steps.s }}',
});
const newKey = (id: string, more: object = {}) =>
  g.store.in('default').keys.create({
    id,
    workspace: 'default',
    name: id,
    hash: id.padEnd(43, '0'),
    permissions: PERMISSIONS,
    projects: null,
    flows: null,
    expires: null,
    revoked: null,
    created: 1,
    used: null,
    ...more,
  });
/** Publishes what is published already, as somebody else. */
const again = async (flow: string, by: string) => {
  const { flows } = g.store.in('default');
  const version = await flows.version(flow, 1);
  if (version === null) throw new Error('not published');
  const { hash, doc, note } = version;
  const triggers = [{ id: 'alert', kind: 'alert@1', with: {}, disabled: false }];
  await flows.publish({ flow, hash, doc, note, by, at: 2, grants: [], triggers });
};
/** The flows that an alert flow was told of. */
const heard = async (flow: string): Promise<unknown[]> => {
  const { rows } = await g.store.in('default').runs.list({ limit: 50, flow, state: 'done' });
  const runs = await Promise.all(rows.map(({ id }) => g.engine.view('default', id)));
  return runs.map((run) => run?.output);
};

test('AZ-08 an alert flow hears of the flows whose runs its publisher may read, and of no others', async () => {
  const [payroll, mine] = [await g.publish(failing('Payroll')), await g.publish(failing('Mine'))];
  const [wide, narrow, blind] = [
    await g.publish(alert('Wide')),
    await g.publish(alert('Narrow')),
    await g.publish(alert('Blind')),
  ];
  await newKey('narrow', { flows: [mine, narrow] });
  await newKey('blind', { permissions: ['flow.read', 'flow.write', 'flow.publish', 'run'] });
  await again(narrow, 'narrow');
  await again(blind, 'blind');
  await g.run(payroll);
  await g.run(mine);
  await expect.poll(async () => (await heard(wide)).toSorted()).toEqual([payroll, mine].toSorted());
  await expect.poll(() => heard(narrow)).toEqual([mine]);
  expect(await heard(blind)).toEqual([]);
  expect(g.logs).toContainEqual(
    expect.objectContaining({ level: 'warn', data: { flow: narrow, about: payroll, publisher: 'narrow' } }),
  );
});

test('AZ-10 an alert flow hears nothing more once the key that published it is gone, until it is published again', async () => {
  const flow = await g.publish(failing('Late'));
  const told = await g.publish(alert('Told'));
  await newKey('leaver');
  await again(told, 'leaver');
  await g.run(flow);
  await expect.poll(() => heard(told)).toEqual([flow]);
  await g.store.in('default').keys.revoke('leaver', Date.now());
  const run = await g.run(flow);
  const refusals = () => g.logs.filter(({ data }) => data['publisher'] === 'leaver' && data['about'] === flow);
  await expect.poll(refusals).toHaveLength(1);
  expect(run.state).toBe('failed');
  expect(await heard(told)).toEqual([flow]);
  await again(told, 'owner');
  await g.run(flow);
  await expect.poll(() => heard(told)).toEqual([flow, flow]);
});

test('AL5 what fails in an environment is told there: to the version of an alert flow that runs in it, and nowhere else', async () => {
  const { environments, deployments } = g.store.in('default');
  await environments.put('default', 'prod', {}, 1);
  await environments.put('default', 'dev', {}, 1);
  const flow = await g.publish(failing('Everywhere'));
  const told = await g.publish({ ...alert('Places'), output: '{{ run.environment + " " + input.flow }}' });
  const place = { source: 'default', target: 'prod', version: 1, before: null, revision: 0, vars: {} };
  const row = {
    ...place,
    id: 'pr_places',
    flow: told,
    note: null,
    by: OWNER.id,
    created: 1,
    decidedBy: null,
    decided: null,
  };
  const triggers = [{ id: 'alert', kind: 'alert@1', with: {}, disabled: false }];
  const by = { project: 'default', who: OWNER.id, at: 1, proposed: false };
  expect(await deployments.apply({ ...row, state: 'proposed' }, by, { triggers, grants: [], ends: [] })).toBe(true);
  for (const environment of ['prod', 'dev', 'default']) {
    const trigger = { kind: 'manual@1' };
    await g.engine.start({ principal: OWNER, flow, which: {}, input: {}, trigger, wait: 5_000, environment });
  }
  const places = ['default', 'dev', 'prod'].map((environment) => `${environment} ${flow}`);
  await expect
    .poll(async () => (await heard(told)).filter((one) => String(one).endsWith(flow)).toSorted())
    .toEqual(places);
});
