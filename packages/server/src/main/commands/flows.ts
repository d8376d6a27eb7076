/** Commands that work on flow files, with no server: `run`, `check`, `test`. */

import { join } from 'node:path';
import type { Command } from 'commander';
import { examples, number, several, type Shell } from '../shell.ts';

type RunOptions = { readonly input: string; readonly allow: readonly string[]; readonly wait: number };
type CheckOptions = { readonly powers?: boolean; readonly input?: string; readonly allow: readonly string[] };
type TestOptions = { readonly record?: boolean; readonly junit?: string; readonly wait: number };

const SECONDS = 86_400;

export const flowCommands = (program: Command, shell: Shell): void => {
  runCommand(program, shell);
  checkCommand(program, shell);
  testCommand(program, shell);
};

const runCommand = (program: Command, shell: Shell): void => {
  const run = program
    .command('run')
    .summary('run a flow file with no server and print its output')
    .description(
      'Runs a flow file with no server and prints its output (exit code 0) or its problem (exit code 1).\n' +
        'Its steps hold no power but those lent by --allow. Flows that it calls are the *.flow.json files beside it.',
    )
    .argument('<file>', 'flow file')
    .option('--input <json>', 'input of the run: JSON, @FILE, or - for standard input', '{}')
    .option(
      '--allow <power>',
      'lend a power to its steps, e.g. "net: GET api.github.com:443"; "needed" lends what they ask for; may be repeated',
      several,
      [],
    )
    .option('--wait <seconds>', 'give up after so long', number(0, SECONDS, false), 600)
    .action(async (file: string, o: RunOptions) => {
      const settings = shell.settings();
      if (settings === null) return;
      const { runFile } = await import('../run.ts');
      const { egressAllow, dir, secretsFile } = settings;
      const at = { cache: join(dir, 'cache'), models: join(dir, 'models'), servers: dir };
      const more = { egressAllow, secretsFile, ...at, json: shell.json() };
      shell.finish(await runFile(file, { ...o, wait: o.wait * 1000, ...more }));
    });
  examples(
    run,
    `run examples/greet/flow.json --input '{"name": "Ada"}'`,
    'run examples/all-pages/flow.json --allow "net: GET stock.example.com:443"',
    'run flow.json --input @input.json --allow needed --json',
  );
};

const checkCommand = (program: Command, shell: Shell): void => {
  const check = program
    .command('check')
    .summary('check flow files and print every problem with its place')
    .description(
      'Checks flow files and prints every problem, with its place and what to do. Nothing runs.\n' +
        'With --powers it lists what they would touch instead: each step, each power, and whether it asks. With an input,\n' +
        'expressions and pure steps are evaluated to see how far that can be known; nothing is opened and nobody is called.',
    )
    .argument('<file...>', 'flow files')
    .option('--powers', 'list what the flows would touch')
    .option('--input <json>', 'with --powers: an input to look with: JSON, @FILE, or - for standard input')
    .option('--allow <power>', 'with --powers: count this power, or "needed", as lent; may be repeated', several, [])
    .action(async (files: string[], o: CheckOptions) => {
      if (o.powers !== true && (o.input !== undefined || o.allow.length > 0))
        return shell.misused(o.input === undefined ? '--allow' : '--input', 'this option goes with --powers');
      if (o.powers === true) {
        const { listPowers } = await import('../powers.ts');
        const input = o.input ?? null;
        return shell.finish(await listPowers(files, { input, allow: o.allow, json: shell.json() }));
      }
      const { checkFiles } = await import('../check.ts');
      shell.finish(await checkFiles(files, shell.json()));
    });
  examples(
    check,
    'check flow.json',
    'check flows/*/flow.json --json',
    `check flow.json --powers --input '{"host": "api.example.com"}'`,
  );
};

const testCommand = (program: Command, shell: Shell): void => {
  const test = program
    .command('test')
    .summary('run flows against the cases kept beside them')
    .description(
      'Runs every flow.json below a folder against the cases.json beside it. Each case says what must come:\n' +
        '  {"cases": [{"name": …, "input": …, "output": … or "problem": its code,\n' +
        '              "http": [{"request", "response"}…], "resume": {step: body}}]}\n' +
        'Calls to the outside are answered from `http` and reach nobody; `resume` answers wait.event steps.\n' +
        'Exit code 1 when a case fails.',
    )
    .argument('<dir>', 'folder')
    .option('--record', 'ask the real services once, keep their answers in cases.json, and see that they replay')
    .option('--junit <file>', 'write the results as JUnit XML, too')
    .option('--wait <seconds>', 'give a case up after so long', number(0, SECONDS, false), 60)
    .action(async (dir: string, o: TestOptions) => {
      const settings = shell.settings();
      if (settings === null) return;
      const { testFlows } = await import('../report.ts');
      const { egressAllow } = settings;
      const cache = join(settings.dir, 'cache');
      const options = { record: o.record === true, wait: o.wait * 1000, egressAllow, cache, json: shell.json() };
      shell.finish(await testFlows(dir, { ...options, ...(o.junit === undefined ? {} : { junit: o.junit }) }));
    });
  examples(test, 'test examples', 'test flows --junit results.xml', 'test flows/orders --record');
};
