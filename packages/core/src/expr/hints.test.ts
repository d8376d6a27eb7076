import { describe, expect, test } from 'vitest';
import { compile } from './template.ts';

describe('did you mean', () => {
  test.each([
    ['{{ $json.name }}', 'Write steps.ID for the result of a step, or input for the input of the flow.'],
    ["{{ $('Fetch data').item.json.name }}", 'Write steps.fetch_data, if that is the id of the step.'],
    ['{{ $node["Fetch data"].json.name }}', 'Write steps.fetch_data, if that is the id of the step.'],
    [
      '{{ $input.first().json }}',
      'Write steps.ID for the step before, `item` inside an each block, or input for the input of the flow.',
    ],
    ['{{ $now.toISO() }}', 'Write now.'],
    [
      '{{ msg.payload }}',
      'Write steps.ID for the result of a step, or trigger for what started the run: msg.payload is trigger.body for a webhook.',
    ],
    ['{{ {{ input.name }} }}', 'Leave out the inner {{ and }}.'],
    ['{{ inptu.name }}', 'Did you mean input?'],
    ['{{ setps.fetch }}', 'Did you mean steps?'],
    ['{{ input.list.fitler(x => x) }}', 'Did you mean filter?'],
    ['{{ input.name.toUppercase() }}', 'Did you mean toUpperCase?'],
    ['{{ Math.flor(1) }}', 'Did you mean Math.floor?'],
    ['{{ Object.key(input) }}', 'Did you mean Object.keys?'],
    ['{{ Nubmer(1) }}', 'Did you mean Number?'],
    ['{{ input.list.map(entry => enrty.name) }}', 'Did you mean entry?'],
    [
      '{{ hello }}',
      "Expressions see input, steps, trigger, problems, vars, item, index, now, run. A text needs quotes: 'hello'.",
    ],
    ['{{ new Date() }}', 'For a date write now or DateTime.fromISO(text); for a regex write /a+/.'],
    ['{{ Date.now() }}', "Write now for this run's time, or DateTime.fromISO(text)."],
    ['{{ DateTime.now() }}', "Write now: this run's recorded time, the same in every replay."],
    [
      '{{ Math.random() }}',
      'Expressions have no chance in them: a replay must give the same. For a unique text write run.id.',
    ],
    ['{{ input.list.push(1) }}', 'Lists are not changed; write [...list, value].'],
    ['{{ input.list.first() }}', 'Write list.at(0).'],
    [
      '{{ input.list.map(x => { return x }) }}',
      'Write x => x.name, and for an object x => ({ name: x.name }); split longer work over several steps.',
    ],
    ['{{ input.n = 4 }}', 'To compare, write ===. To name a value, use a `set` step.'],
    ['{{ Boolean }}', 'Write Boolean(…).'],
    ['{{ Math }}', 'Call one of its functions, such as Math.abs(…).'],
    ['{{ steps }}', 'Write steps.ID, such as steps.lookup.'],
    ['{{ steps[input.name].x }}', 'Write steps.ID, such as steps.lookup.'],
    ['{{ input.name.slice(1, 2, 3) }}', 'Write slice(from?, to?).'],
    ['{{ input.list.map() }}', 'Write map(function).'],
    ['{{ input.list.map(input.name) }}', 'Write map(x => x.name), for example.'],
    ['{{ /a(?=b)/.test("ab") }}', 'Write it without look-ahead, look-behind and back-references.'],
    ['Hello {{ input.name', 'Close it with }}, or write \\{{ for the two braces themselves.'],
    ['{{ }}', 'Write one, such as {{ input.name }}.'],
    ['{{ a b }}', 'Between {{ and }} stands one JavaScript expression.'],
  ])('%s: %s', (text, fix) => expect(compile(text).problems[0]?.fix).toBe(fix));
});
