import fc from 'fast-check';
import { expect, test } from 'vitest';
import { authority, type AuthorityRequest, type GrantLent } from './authority.ts';
import { covers, parsePower, type Power } from './power.ts';

const power = (text: string): Power => {
  const made = parsePower(text);
  if (!made.ok) throw new Error(made.problem.text);
  return made.value;
};
const get = power('net: GET a.com');
const grant = (text: string, more: Partial<GrantLent> = {}): GrantLent => ({
  step: 'fetch',
  power: power(text),
  environment: 'prod',
  grantor: 'ann',
  ...more,
});
const ask = (grants: GrantLent[], more: Partial<AuthorityRequest> = {}): string => {
  const answer = authority({
    request: get,
    step: 'fetch',
    environment: 'prod',
    grants,
    grantorMay: () => true,
    ...more,
  });
  return answer.ok ? `ok by ${answer.grant.grantor}` : answer.problem.code;
};

test('an effect stands on a grant for that step, in that environment, by somebody who may still lend it', () => {
  expect(ask([grant('net: GET a.com')])).toBe('ok by ann');
  expect(ask([])).toBe('grant.missing');
  expect(ask([grant('net: POST a.com')])).toBe('grant.missing');
  expect(ask([grant('net: GET a.com', { step: 'other' })])).toBe('grant.missing');
  expect(ask([grant('net: GET a.com', { environment: 'dev' })])).toBe('grant.missing');
  expect(ask([grant('net: GET a.com', { step: '*', environment: '*' })])).toBe('ok by ann');
});

test('a grant dies with its grantor, and another one that fits is found', () => {
  const grantorMay = (id: string): boolean => id !== 'ann';
  expect(ask([grant('net: GET a.com')], { grantorMay })).toBe('grant.void');
  expect(ask([grant('net: GET a.com'), grant('net: * *', { grantor: 'bob' })], { grantorMay })).toBe('ok by bob');
});

test('a grant marked as caller holds only for callers who may, and without a word about the caller not at all', () => {
  const grants = [grant('net: GET a.com', { asCaller: true })];
  expect(ask(grants)).toBe('grant.caller');
  expect(ask(grants, { callerMay: () => false })).toBe('grant.caller');
  expect(ask(grants, { callerMay: () => true })).toBe('ok by ann');
  expect(ask([...grants, grant('net: GET a.com', { grantor: 'bob' })])).toBe('ok by bob');
});

test('a policy and a narrowing take away, and never give', () => {
  const grants = [grant('net: * *')];
  expect(ask(grants, { policy: { only: [], denied: [] } })).toBe('policy.denied');
  expect(ask(grants, { policy: { only: [power('net: GET *.a.com')], denied: [] } })).toBe('policy.denied');
  expect(ask(grants, { policy: { only: [power('net: GET *')], denied: [] } })).toBe('ok by ann');
  expect(ask(grants, { narrow: [power('net: GET b.com')] })).toBe('power.narrowed');
  expect(ask(grants, { narrow: [power('net: GET b.com'), get] })).toBe('ok by ann');
  expect(ask(grants, { narrow: [power('flow: call x')] })).toBe('ok by ann');
  expect(ask([], { narrow: [get], policy: { only: [get], denied: [] } })).toBe('grant.missing');
});

test('two grants that cover the request only together do not', () => {
  expect(ask([grant('net: GET a.com'), grant('net: POST a.com')], { request: power('net: GET,POST a.com') })).toBe(
    'grant.missing',
  );
});

test('a refusal says what was wanted, in words and in the form grant takes', () => {
  const answer = authority({ request: get, step: 'fetch', environment: 'prod', grants: [], grantorMay: () => true });
  expect(answer).toEqual({
    ok: false,
    problem: {
      code: 'grant.missing',
      text: 'The step was not lent the power to do this: Read from a.com (GET, port 443). As a power: net: GET a.com:443',
      at: { step: 'fetch' },
      fix: 'Lend it to the step: {"step": "fetch", "power": "net: GET a.com:443"}.',
      retry: 'no',
    },
  });
});

test('AU1 AU2 a yes always means: some grant of this step and environment covers it, its grantor may, policy and narrowing agree', () => {
  const some = fc
    .constantFrom(
      'net: GET a.com',
      'net: * *',
      'net: GET *.a.com',
      'flow: call x',
      'flow: call *',
      'secret: use k for https://a.com',
    )
    .map(power);
  const lent = fc.record({
    step: fc.constantFrom('fetch', 'other', '*'),
    power: some,
    environment: fc.constantFrom('prod', 'dev', '*'),
    grantor: fc.constantFrom('ann', 'bob'),
  });
  fc.assert(
    fc.property(
      fc.array(lent, { maxLength: 4 }),
      some,
      fc.option(fc.record({ only: fc.option(fc.array(some)), denied: fc.array(some, { maxLength: 2 }) }), {
        nil: undefined,
      }),
      fc.option(fc.array(some), { nil: undefined }),
      (grants, request, policy, narrow) => {
        const answer = authority({
          request,
          step: 'fetch',
          environment: 'prod',
          grants,
          grantorMay: (id) => id === 'ann',
          ...(policy === undefined ? {} : { policy }),
          ...(narrow === undefined ? {} : { narrow }),
        });
        const mine = narrow?.filter((n) => n.power === request.power) ?? [];
        const should =
          grants.some(
            (g) => g.step !== 'other' && g.environment !== 'dev' && g.grantor === 'ann' && covers(g.power, request),
          ) &&
          (policy?.only?.some((p) => covers(p, request)) ?? true) &&
          policy?.denied.some((p) => covers(p, request) || covers(request, p)) !== true &&
          (mine.length === 0 || mine.some((n) => covers(n, request)));
        expect(answer.ok).toBe(should);
      },
    ),
    { numRuns: 2000 },
  );
});

test('SEC-01 code that was edited has lost the secret that was shown to it, and is told why', () => {
  const to = (code: string): string => `secret: read mine for code ${code.repeat(64)}`;
  const request = power(to('b'));
  const answer = authority({
    request,
    step: 'fetch',
    environment: 'prod',
    grants: [grant(to('a'))],
    grantorMay: () => true,
  });
  expect(answer).toMatchObject({
    ok: false,
    problem: { code: 'grant.missing', text: expect.stringContaining('code was changed') },
  });
  expect(ask([grant(to('b'))], { request })).toBe('ok by ann');
  expect(ask([grant('secret: read mine')], { request })).toBe('grant.missing');
  // What bounds powers names no code.
  expect(ask([grant(to('b'))], { request, narrow: [power('secret: read mine')] })).toBe('ok by ann');
  expect(ask([grant(to('b'))], { request, narrow: [power('secret: read other')] })).toBe('power.narrowed');
  expect(ask([grant(to('b'))], { request, policy: { only: [power('secret: read mine')], denied: [] } })).toBe(
    'ok by ann',
  );
  expect(ask([grant(to('b'))], { request, policy: { only: [power('secret: use * for *')], denied: [] } })).toBe(
    'policy.denied',
  );
});
