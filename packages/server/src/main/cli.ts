#!/usr/bin/env node
/**
 * The command line. It parses words and hands them on: a group of commands a file in commands/, and what commands do is
 * loaded only when asked for, so that a small command starts fast.
 *
 * Exit codes: 0 done · 1 a Problem · 2 the command was wrong.
 */

import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Command, CommanderError } from 'commander';
import { startCommand } from './commands/start.ts';
import { environment } from './config.ts';
import { complain, DONE, FAILED, MISUSED, withoutColours } from './say.ts';
import { newShell } from './shell.ts';

const VERSION = '0.1.0';

// In the checkout, not in the machine's temporary folder: compiled code must not lie where others could write.
enableCompileCache(fileURLToPath(new URL('../../../../.tmp/compiled', import.meta.url)));

const json = process.argv.includes('--json');
const program = new Command('headgate')
  .description('Runs AI flows and automations in which every step holds only the powers its owner granted.')
  .version(VERSION)
  .option('--json', 'print results and problems as JSON')
  .option('--no-color', 'no colours (also: NO_COLOR=1, or output that is no terminal)')
  .exitOverride()
  .configureHelp({ showGlobalOptions: true })
  .configureOutput({ writeErr: (text) => void (json || process.stderr.write(text)) })
  .showSuggestionAfterError(true)
  .showHelpAfterError('(headgate COMMAND --help shows how it is used)')
  .addHelpText(
    'after',
    `
Exit codes:
  0  done
  1  a problem: of the flow, its run, or what was asked for; printed with its place and what to do
  2  the command or a setting was wrong

Settings come from HEADGATE_… variables and from config.json in HEADGATE_CONFIG_DIR; see the README.`,
  );

const shell = newShell(program, VERSION);
startCommand(program, shell);
// A server stays: what it will never be asked for would lie in its memory for good.
if (process.argv[2] !== 'start') {
  (await import('./commands/flows.ts')).flowCommands(program, shell);
  (await import('./commands/remote.ts')).remoteCommands(program, shell);
  (await import('./commands/instance.ts')).instanceCommands(program, shell);
  (await import('./commands/guard.ts')).guardCommands(program, shell);
  (await import('./commands/models.ts')).modelCommands(program, shell);
  (await import('./commands/mcp.ts')).mcpCommands(program, shell);
}

/** Whoever reads the output may stop reading, as `head` does; that is no fault. */
const ignoreClosed = (error: Error): void => {
  if ('code' in error && error.code === 'EPIPE') process.exit(shell.exit());
  throw error;
};
process.stdout.on('error', ignoreClosed);
process.stderr.on('error', ignoreClosed);

const failed = (error: unknown): number => {
  if (!(error instanceof CommanderError)) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    complain([{ code: 'bug', text, retry: 'no', fix: 'This is a bug of Headgate. Please report it.' }], json);
    return FAILED;
  }
  if (error.exitCode === 0) return DONE;
  const text = error.code === 'commander.help' ? 'a command is expected' : error.message.replace(/^error: /, '');
  if (json) complain([{ code: 'usage', text, retry: 'no', fix: 'See headgate --help.' }], true);
  return MISUSED;
};

const noColor = environment()['NO_COLOR'];
if ((noColor !== undefined && noColor !== '') || process.argv.includes('--no-color')) withoutColours();
try {
  await program.parseAsync(process.argv);
  process.exitCode = shell.exit();
} catch (error) {
  process.exitCode = failed(error);
}
