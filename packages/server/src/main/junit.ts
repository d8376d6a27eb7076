/** JUnit's XML, as continuous integration servers read it. */

export type CaseResult = {
  /** The cases.json. */
  readonly file: string;
  readonly name: string;
  readonly ms: number;
  /** What is wrong, or null. */
  readonly failure: string | null;
};

const seconds = (ms: number): string => (ms / 1000).toFixed(3);

/** One suite a file of cases, one test a case. */
export const junit = (results: readonly CaseResult[]): string => {
  const files = [...new Set(results.map((r) => r.file))];
  const suites = files.map((file) =>
    suite(
      file,
      results.filter((r) => r.file === file),
    ),
  );
  const head = `<testsuites tests="${results.length}" failures="${failures(results)}" time="${total(results)}">`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n${head}\n${suites.join('')}</testsuites>\n`;
};

const failures = (results: readonly CaseResult[]): number => results.filter((r) => r.failure !== null).length;
const total = (results: readonly CaseResult[]): string => seconds(results.reduce((sum, r) => sum + r.ms, 0));

const suite = (file: string, results: readonly CaseResult[]): string => {
  const name = xml(file);
  const cases = results.map((r) => {
    const head = `    <testcase classname="${name}" name="${xml(r.name)}" time="${seconds(r.ms)}"`;
    if (r.failure === null) return `${head}/>\n`;
    const [first = ''] = r.failure.split('\n');
    return `${head}>\n      <failure message="${xml(first)}">${xml(r.failure)}</failure>\n    </testcase>\n`;
  });
  const counts = `tests="${results.length}" failures="${failures(results)}" time="${total(results)}"`;
  return `  <testsuite name="${name}" ${counts}>\n${cases.join('')}  </testsuite>\n`;
};

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\n': '&#10;',
};

/** Escapes for XML 1.0 and drops what it cannot hold: control characters and lone surrogates. */
const xml = (text: string): string =>
  [...text]
    .filter((c) => c >= ' ' || c === '\n' || c === '\t')
    .filter((c) => !/^[\uD800-\uDFFF\uFFFE\uFFFF]$/.test(c))
    .join('')
    .replace(/[&<>"\n]/g, (c) => ENTITIES[c] ?? c);
