import { expect, test } from 'vitest';
import { junit } from './junit.ts';

test('each file is a suite, each case a test, each failure is told with its first line and its whole', () => {
  const results = [
    { file: 'a/cases.json', name: 'one', ms: 12, failure: null },
    { file: 'a/cases.json', name: 'two', ms: 1500, failure: 'the output differs:\n  x: expected 1, got 2' },
    { file: 'b/cases.json', name: 'three', ms: 0, failure: null },
  ];
  expect(junit(results)).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites tests="3" failures="1" time="1.512">
  <testsuite name="a/cases.json" tests="2" failures="1" time="1.512">
    <testcase classname="a/cases.json" name="one" time="0.012"/>
    <testcase classname="a/cases.json" name="two" time="1.500">
      <failure message="the output differs:">the output differs:&#10;  x: expected 1, got 2</failure>
    </testcase>
  </testsuite>
  <testsuite name="b/cases.json" tests="1" failures="0" time="0.000">
    <testcase classname="b/cases.json" name="three" time="0.000"/>
  </testsuite>
</testsuites>
`);
});

test('names and texts cannot break out of the XML, and what XML cannot hold is left out', () => {
  const made = junit([
    { file: '"/><x a="', name: `a<b & 'c'\u0000\u001b[31m\uD800\uFFFE`, ms: 1, failure: ']]></failure>' },
  ]);
  expect(made).toContain('name="&quot;/&gt;&lt;x a=&quot;"');
  expect(made).toContain(`name="a&lt;b &amp; 'c'[31m"`);
  expect(made).toContain('>]]&gt;&lt;/failure&gt;</failure>');
});
