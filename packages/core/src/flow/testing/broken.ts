/** Flows with one mistake each (or a few of a kind), by what is wrong with them. Their Problems are kept in a golden file. */

const set = (id: string, value: unknown = 1, more: object = {}): object => ({
  id,
  kind: 'set@1',
  with: { value },
  ...more,
});
const http = (more: object, step: object = {}): object => ({
  id: 'fetch',
  kind: 'http.request@1',
  with: { method: 'GET', url: 'https://api.example/x', ...more },
  ...step,
});
const each = (id: string, steps: readonly object[], more: object = {}): object => ({
  id,
  kind: 'each@1',
  with: { over: '{{ input.list }}', steps, ...more },
});

/** A text stands for a whole file as it is; an object for the parts of a flow beside `headgate` and `name`. */
export const broken: Readonly<Record<string, string | object>> = {
  'no JSON at all': 'headgate: 1',
  'a trailing comma': '{\n  "headgate": 1,\n  "name": "x",\n  "steps": [],\n}',
  'single quotes': "{'headgate': 1}",
  'equal keys':
    '{"headgate": 1, "name": "x", "steps": [{"id": "a", "kind": "set@1", "with": {"value": 1, "value": 2}}], "name": "y"}',
  'a key __proto__':
    '{"headgate": 1, "name": "x", "steps": [{"id": "a", "kind": "set@1", "with": {"__proto__": {"value": 1}}}]}',
  'nested too deep': `{"headgate": 1, "name": ${'['.repeat(80)}${']'.repeat(80)}}`,
  'a list instead of a flow': '[]',
  'another version of the file': '{"headgate": 2, "name": "x", "steps": []}',
  'misspelt fields at every level': {
    setps: [],
    steps: [{ id: 'a', kind: 'set@1', whit: { value: 1 }, retry: { max: 1, delya: '1s' } }],
    settings: { timout: '3s' },
  },
  'ids and kinds of wrong form': {
    steps: [
      { id: 'My Step', kind: 'set' },
      { id: 'b', kind: 'Set@0', after: ['b.c.d'] },
    ],
  },
  'durations of wrong form': {
    steps: [set('a', 1, { timeout: '30 seconds', retry: { max: 2, delay: '1.5s' } })],
    settings: { timeout: 30, rate: { max: 1, per: 'minute' } },
  },
  'a choice that does not exist': { steps: [set('a', 1, { join: 'al', onProblem: 'ignore' })] },
  'a block without steps': {
    steps: [
      { id: 'a', kind: 'each@1', with: { over: '{{ input }}', steps: [] } },
      { id: 'b', kind: 'repeat@1', with: { until: '{{ true }}' } },
    ],
  },
  'a mistake inside a block': {
    steps: [each('outer', [{ id: 'inner', kind: 'set@1', with: { value: 1 }, timeuot: '1s' }])],
  },
  'blocks nested nine deep': {
    steps: [Array.from({ length: 9 }).reduce<object>((inner, _, i) => each(`b${i}`, [inner]), set('leaf'))],
  },
  'an unknown kind': {
    steps: [
      { id: 'a', kind: 'htp.request@1', with: {} },
      { id: 'b', kind: 'set@7', with: { value: 1 } },
      { id: 'c', kind: 'webhook@1' },
    ],
  },
  'an unknown trigger': {
    triggers: [
      { id: 't', kind: 'webook@1' },
      { id: 'u', kind: 'set@1' },
    ],
    steps: [],
  },
  'unknown and missing settings of a step': {
    steps: [{ id: 'fetch', kind: 'http.request@1', with: { ulr: 'https://api.example', metod: 'GET' } }],
  },
  'settings of wrong type': {
    steps: [http({ method: 'get', url: 5, headers: { accept: 1 }, tries: 0.5, timeout: { connect: 'x', total: 1 } })],
  },
  'a field left out that takes anything': {
    steps: [
      { id: 'a', kind: 'set@1' },
      { id: 'b', kind: 'if@1', with: {} },
    ],
  },
  'a per-item field left out': { steps: [{ id: 'a', kind: 'filter@1', with: { items: [1] } }] },
  'neither for nor until': { steps: [{ id: 'a', kind: 'wait@1', with: {} }] },
  'two steps with one id': {
    steps: [set('a'), set('a'), each('b', [set('a')])],
    triggers: [
      { id: 't', kind: 'schedule@1', with: { cron: '0 3 * * *' } },
      { id: 't', kind: 'schedule@1', with: { cron: '0 4 * * *' } },
    ],
  },
  'waiting for nobody': { steps: [set('lookup'), set('b', 1, { after: ['lokup'] }), set('c', 1, { after: ['xyz'] })] },
  'a wire into a block and one out of it': {
    steps: [
      set('before'),
      each('block', [set('inner', 1, { after: ['before'] })]),
      set('later', 1, { after: ['inner'] }),
    ],
  },
  'ports that do not exist': {
    steps: [
      { id: 'check', kind: 'if@1', with: { when: true } },
      set('a', 1, { after: ['check.ture'] }),
      set('b', 1, { after: ['a.done'] }),
      set('c', 1, { after: ['check.yes'] }),
      set('d', 1, { after: ['e.true'] }),
      { id: 'e', kind: 'if@1', each: { over: [1] }, with: { when: true } },
    ],
  },
  'a problem port that never fires': { steps: [http({}), set('b', 1, { after: ['fetch.problem'] })] },
  'a problem port that nobody hears': { steps: [http({}, { onProblem: 'port' })] },
  'a cycle': {
    steps: [
      set('a', 1, { after: ['c'] }),
      set('b', 1, { after: ['a'] }),
      set('c', 1, { after: ['b'] }),
      set('d', 1, { after: ['c'] }),
      set('self', 1, { after: ['self'] }),
    ],
  },
  'something after the end': {
    steps: [{ id: 'end', kind: 'stop@1', with: { problem: 'x', text: 'y' } }, set('b', 1, { after: ['end'] })],
  },
  'all of two exclusive ports': {
    steps: [{ id: 'check', kind: 'if@1', with: { when: true } }, set('b', 1, { after: ['check.true', 'check.false'] })],
  },
  'all of two exclusive branches': {
    steps: [
      { id: 'check', kind: 'if@1', with: { when: true } },
      set('yes', 1, { after: ['check.true'] }),
      set('more', 1, { after: ['yes'] }),
      set('no', 1, { after: ['check.false'] }),
      set('meet', 1, { after: ['more', 'no'] }),
    ],
  },
  'all of three cases': {
    steps: [
      {
        id: 'sort',
        kind: 'switch@1',
        with: {
          cases: [
            { port: 'small', when: '{{ input.n < 1 }}' },
            { port: 'large', when: '{{ input.n > 9 }}' },
          ],
        },
      },
      set('b', 1, { after: ['sort.small', 'sort.large'] }),
      set('c', 1, { after: ['sort.medium'] }),
    ],
  },
  'success and problem at once': {
    steps: [http({}, { onProblem: 'port' }), set('b', 1, { after: ['fetch', 'fetch.problem'] })],
  },
  'a reference to no step': {
    steps: [set('lookup'), set('b', '{{ steps.lokup.name }} {{ steps.zzz }}', { after: ['lookup'] })],
  },
  'references against the wires': {
    steps: [set('a', '{{ steps.b }} {{ steps.c }}'), set('b', '{{ steps.b }}', { after: ['a'] }), set('c')],
  },
  'references into and out of blocks': {
    steps: [
      each('block', [set('inner', '{{ steps.block }} {{ steps.later }}'), set('sibling', '{{ steps.inner }}')], {
        result: '{{ steps.block }}',
      }),
      set('later', '{{ steps.inner }}', { after: ['block'] }),
    ],
    output: '{{ steps.inner }}',
  },
  'item where there is none': {
    steps: [
      set('a', '{{ item.name }} {{ index }}'),
      { id: 'b', kind: 'filter@1', after: ['a'], with: { items: '{{ item }}', where: '{{ item }}' } },
    ],
    output: '{{ item }}',
  },
  'a field the result does not have': {
    steps: [
      http({}),
      set('b', '{{ steps.fetch.boddy.items }} {{ steps.fetch.status }}', { after: ['fetch'] }),
      set('c', { text: 'x', n: 1 }),
      set('d', '{{ steps.c.txet }}', { after: ['c'] }),
    ],
  },
  'a field the input does not have': {
    input: { type: 'object', properties: { name: { type: 'string' } }, additionalProperties: false },
    steps: [set('a', '{{ input.nmae }}')],
    output: '{{ input.name.length }}',
  },
  'types that cannot fit': {
    input: { type: 'object', properties: { n: { type: 'number' }, list: { type: 'array' } } },
    steps: [
      {
        id: 'fetch',
        kind: 'http.request@1',
        with: { method: 'GET', url: '{{ input.n }}', tries: '{{ input.list }}', headers: '{{ input.n }}' },
      },
    ],
  },
  'problems nobody keeps': {
    steps: [http({}), set('b', '{{ problems.fetch }} {{ problems.gone }}', { after: ['fetch'] })],
  },
  'syntax of expressions': {
    steps: [
      set('a', {
        one: '{{ input.',
        two: '{{ 1 + }}',
        three: '{{ eval("1") }}',
        four: '{{ $json.name }}',
        five: '{{ input.constructor.constructor("x")() }}',
      }),
    ],
  },
  'conditions without braces': {
    steps: [
      { id: 'a', kind: 'if@1', with: { when: 'input.n > 1' } },
      { id: 'b', kind: 'filter@1', with: { items: [1], where: 'item > 1' } },
      { id: 'c', kind: 'repeat@1', with: { until: 'steps.d', max: 2, steps: [set('d')] } },
      set('e', 1, { each: { over: 'input.list' } }),
    ],
    settings: { idempotency: 'input.id' },
  },
  'keys that look at what has not happened': {
    steps: [set('a')],
    settings: { concurrency: { limit: 1, key: '{{ steps.a }}' }, idempotency: '{{ item }}' },
    triggers: [
      { id: 't', kind: 'webhook@1', with: { input: '{{ input.x }}', signature: { preset: 'github', secret: 'hook' } } },
    ],
  },
  'an unsigned webhook': { triggers: [{ id: 'hook', kind: 'webhook@1', with: { answer: 'syn' } }], steps: [] },
  'a schedule that cannot start the flow': {
    input: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
    triggers: [
      { id: 'n', kind: 'schedule@1', with: { cron: 'daily' } },
      { id: 'm', kind: 'schedule@1', with: { cron: '0 3 * * *', input: { name: 5 } } },
    ],
    steps: [],
  },
  'an input schema that is not kept': {
    input: { type: 'objekt', properties: { a: { $ref: '#/b' }, c: { type: 'string', pattern: '(?<=x)y' } } },
    steps: [],
  },
  'waits that something else ends first': {
    steps: [
      { id: 'a', kind: 'wait@1', with: { for: '2h' }, timeout: '1h' },
      { id: 'b', kind: 'wait@1', with: { for: '3d' } },
      set('c', 1, { timeout: '2d' }),
    ],
    settings: { timeout: '1d' },
  },
  'durations too long to count': {
    steps: [{ id: 'a', kind: 'wait@1', with: { for: '999999999999d' } }],
    settings: { keep: { for: '999999999999d' } },
  },
  'retry that may repeat an effect': {
    steps: [
      http({ method: 'POST' }, { retry: { max: 3, delay: '10s', cap: '1s' } }),
      { ...each('b', [set('c')]), retry: { max: 1 } },
    ],
  },
  'narrowing that fits nothing': {
    steps: [http({}, { narrow: ['net: GET other.example', 'flow: call Greet', 'nett: GET x', 'net: FETCH x'] })],
  },
  'each on a block': { steps: [{ ...each('a', [set('b')]), each: { over: [1] } }] },
  'names that nobody knows': {
    steps: [
      { id: 'a', kind: 'flow.call@1', with: { flow: 'Gret', input: {} } },
      http({ secret: 'githb', url: '{{ vars.base_ulr }}/x' }),
    ],
    settings: { errorFlow: 'Alarm' },
  },
};
