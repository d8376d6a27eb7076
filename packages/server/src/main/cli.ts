#!/usr/bin/env node
/**
 * The command line. It parses words and hands them on; what commands do is beside it, loaded only when asked for, so
 * that a small command starts fast.
 *
 * Exit codes: 0 done · 1 a Problem · 2 the command was wrong.
 */

import { enableCompileCache } from 'node:module';
import { Command, CommanderError, Option } from 'commander';
import { environment, type Overrides, readSettings, type Settings } from './config.ts';
import { complain, DONE, FAILED, MISUSED, withoutColours } from './say.ts';

enableCompileCache();

const VERSION = '0.1.0';

const program = new Command('headgate')
  .description('Runs AI flows and automations in which every step holds only the powers its owner granted.')
  .version(VERSION)
  .option('--json', 'print results and problems as JSON')
  .option('--no-color', 'no colours')
  .exitOverride()
  .showSuggestionAfterError(true)
  .showHelpAfterError('(see: headgate --help)')
  .addHelpText('after', '\nExit codes: 0 done, 1 a problem (printed with its place), 2 the command was wrong.\nSettings come from HEADGATE_… variables; see the README.');

let exit = DONE;
const json = (): boolean => program.opts()['json'] === true;

const settings = (overrides: Overrides = {}): Settings | null => {
  const read = readSettings(environment(), overrides);
  if ('settings' in read) return read.settings;
  complain(read.problems, json());
  exit = MISUSED;
  return null;
};

const finish = (code: number): void => {
  exit = code;
};

const list = (value: string, before: string[]): string[] => [...before, value];

program
  .command('start')
  .description('start the server')
  .option('--host <address>', 'address to listen on (HEADGATE_HOST)')
  .option('--port <number>', 'port to listen on (HEADGATE_PORT)')
  .option('--no-web', 'without the web pages')
  .option('--no-docs', 'without the documentation pages')
  .action(async (o: { host?: string; port?: string; web: boolean; docs: boolean }) => {
    const s = settings({
      ...(o.host === undefined ? {} : { HEADGATE_HOST: o.host }),
      ...(o.port === undefined ? {} : { HEADGATE_PORT: o.port }),
      ...(o.web ? {} : { HEADGATE_WEB: 'false' }),
      ...(o.docs ? {} : { HEADGATE_DOCS: 'false' }),
    });
    if (s === null) return;
    const { serve } = await import('./serve.ts');
    finish(await serve(s, VERSION, json()));
  });

program
  .command('run')
  .description('run a flow file with no server and print its output')
  .argument('<file>', 'flow file')
  .option('--input <json>', 'input of the run', '{}')
  .option('--allow <power>', 'lend a power to its steps, e.g. "net: GET api.github.com:443"; "needed" lends what they ask for', list, [])
  .option('--wait <seconds>', 'give up after so long', '600')
  .action(async (file: string, o: { input: string; allow: string[]; wait: string }) => {
    const s = settings();
    if (s === null) return;
    const { runFile } = await import('./run.ts');
    finish(await runFile(file, { input: o.input, allow: o.allow, json: json(), wait: Number(o.wait) * 1000, egressAllow: s.egressAllow }));
  });

program
  .command('check')
  .description('check a flow file and print every problem with its place')
  .argument('<file>', 'flow file')
  .action(async (file: string) => {
    const { checkFile } = await import('./run.ts');
    finish(await checkFile(file, json()));
  });

program
  .command('superuser')
  .description('make an API key that may do everything (needs HEADGATE_ENABLE_SUPERUSER_CLI=true)')
  .requiredOption('--email <address>', 'whose key it is')
  .addOption(new Option('--password-file <file>', 'file that holds the password of the account').default(undefined, 'none'))
  .requiredOption('--api-key-file <file>', 'where to write the key (made 0600; must not exist)')
  .action(async (o: { email: string; passwordFile?: string; apiKeyFile: string }) => {
    const s = settings();
    if (s === null) return;
    const { superuser } = await import('./keys.ts');
    finish(await superuser(s, o, json()));
  });

try {
  if (environment()['NO_COLOR'] !== undefined || process.argv.includes('--no-color')) withoutColours();
  await program.parseAsync(process.argv);
} catch (error) {
  if (error instanceof CommanderError) exit = error.exitCode === 0 ? DONE : MISUSED;
  else {
    complain([{ code: 'bug', text: error instanceof Error ? (error.stack ?? error.message) : String(error), retry: 'no', fix: 'This is a bug of Headgate. Please report it.' }], json());
    exit = FAILED;
  }
}
process.exitCode = exit;
