/**
 * `headgate guard scan`: looks through files for known secrets and for keys, and says where they stand. It never prints
 * what it found, changes nothing, and calls nobody.
 *
 * SC1 What was not looked through is said: files that are binary or too large, links, folders of git and of packages.
 * SC2 A link is not followed: a scan stays in the folder that it was given.
 */

import { type Dirent, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Matcher, problem } from '@headgate/core';
import type { Settings } from './config.ts';
import { guardOf } from './known-secrets.ts';
import { complain, DONE, FAILED, MISUSED, note, paint, pretty, print } from './say.ts';
import { applyRules, type Ruled } from './scan-rules.ts';
import { readRegular } from './regular-file.ts';

const LARGEST = 20_000_000;
/** Above this the slow rules are left out. */
const LARGEST_RULED = 2_000_000;
const LOOKED_AT_FOR_ZEROS = 8_192;
const PASSED_BY: ReadonlySet<string> = new Set(['.git', 'node_modules']);
const PROGRESS_EVERY = 2_000;

/** A place: line and column count from 1, the column in characters. */
export type Finding = { readonly file: string; readonly line: number; readonly column: number; readonly kind: string };
type Skipped = { readonly file: string; readonly why: string };
export type Scanned = {
  readonly findings: readonly Finding[];
  readonly files: number;
  readonly bytes: number;
  readonly skipped: readonly Skipped[];
};

type File = { readonly path: string; readonly size: number };

/** Every file of a file or folder, in the order of names; what is passed by goes into `skipped`. */
function* filesOf(path: string, skipped: Skipped[]): Generator<File> {
  const stat = lstatSync(path);
  if (stat.isFile()) yield { path, size: stat.size };
  else if (!stat.isDirectory()) skipped.push({ file: path, why: stat.isSymbolicLink() ? 'a link' : 'no file' });
  else
    for (const entry of entriesOf(path, skipped)) {
      const inner = join(path, entry.name);
      if (entry.isDirectory() && PASSED_BY.has(entry.name)) skipped.push({ file: inner, why: 'passed by' });
      else yield* filesOf(inner, skipped);
    }
}

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : 'unknown');

const entriesOf = (path: string, skipped: Skipped[]): readonly Dirent[] => {
  try {
    return readdirSync(path, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    skipped.push({ file: path, why: `unreadable (${codeOf(error)})` });
    return [];
  }
};

/** The text of a file, or why it has none. */
const textOf = ({ path, size }: File): { readonly text: string } | { readonly why: string } => {
  if (size > LARGEST) return { why: `larger than ${LARGEST / 1e6} MB` };
  const read = readRegular(path, LARGEST);
  if (!read.ok) return { why: 'unreadable, or no regular file any more' };
  const bytes = read.value;
  // What PowerShell writes to a file by default.
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return { text: bytes.toString('utf16le', 2) };
  if (bytes.subarray(0, LOOKED_AT_FOR_ZEROS).includes(0)) return { why: 'binary' };
  return { text: bytes.toString('utf8') };
};

type Place = { readonly start: number; readonly end: number; readonly kind: string };

/** What the guard found, and of the rules' what it did not. */
const placesIn = (guard: Matcher, text: string, ruled: readonly Ruled[]): readonly Place[] => {
  const places: Place[] = guard.find(text).map(({ start, end, label }) => ({ start, end, kind: label.slice(1, -1) }));
  const own = [...places];
  for (const { start, end, rule } of ruled)
    if (!own.some((place) => start < place.end && end > place.start)) places.push({ start, end, kind: `key ${rule}` });
  return places.toSorted((a, b) => a.start - b.start);
};

const findingsIn = (file: string, text: string, places: readonly Place[]): Finding[] => {
  let line = 1;
  let begins = 0;
  return places.map(({ start, kind }) => {
    for (let next = text.indexOf('\n', begins); next !== -1 && next < start; next = text.indexOf('\n', begins)) {
      line += 1;
      begins = next + 1;
    }
    return { file, line, column: start - begins + 1, kind };
  });
};

/** Looks through files and folders. `told` is called now and then, with what was done so far. Throws when a path is not there. */
export const scan = async (guard: Matcher, paths: readonly string[], told: (so: Scanned) => void): Promise<Scanned> => {
  const findings: Finding[] = [];
  const skipped: Skipped[] = [];
  let files = 0;
  let bytes = 0;
  let last = Date.now();
  for (const path of paths) {
    for (const file of filesOf(path, skipped)) {
      const read = textOf(file);
      if ('why' in read) {
        skipped.push({ file: file.path, why: read.why });
        continue;
      }
      const ruled = file.size > LARGEST_RULED ? [] : await applyRules(file.path, read.text);
      findings.push(...findingsIn(file.path, read.text, placesIn(guard, read.text, ruled)));
      files += 1;
      bytes += file.size;
      if (Date.now() - last < PROGRESS_EVERY) continue;
      last = Date.now();
      told({ findings, files, bytes, skipped });
    }
  }
  return { findings, files, bytes, skipped };
};

const summary = ({ findings, files, bytes }: Scanned): string => {
  const count = findings.length === 1 ? '1 finding' : `${findings.length} findings`;
  return `${files} ${files === 1 ? 'file' : 'files'}, ${(bytes / 1e6).toFixed(1)} MB: ${findings.length === 0 ? 'nothing found' : count}`;
};

const SHOWN = 20;

const report = (done: Scanned): void => {
  for (const { file, line, column, kind } of done.findings)
    print(`${file}:${line}:${column}  ${paint('red', kind, 'out')}`);
  for (const { file, why } of done.skipped.slice(0, SHOWN)) note(`${paint('dim', 'not looked at:')} ${file}, ${why}`);
  if (done.skipped.length > SHOWN)
    note(`${paint('dim', 'not looked at:')} ${done.skipped.length - SHOWN} more; --json lists all`);
  note(summary(done));
};

/** The command. `settings`: of the instance whose secrets are looked for too. Answers the exit code: 1 when something was found. */
export const scanPaths = async (
  paths: readonly string[],
  settings: Settings | null,
  json: boolean,
): Promise<number> => {
  let guard = new Matcher([]);
  if (settings !== null) {
    const known = await guardOf(settings);
    if (!known.ok) {
      complain([known.problem], json);
      return MISUSED;
    }
    guard = known.value.guard;
    note(`Looking for ${known.value.secrets} known ${known.value.secrets === 1 ? 'secret' : 'secrets'}, and for keys`);
  }
  let done: Scanned;
  try {
    done = await scan(guard, paths, (so) => note(`${summary(so)} so far`));
  } catch (error) {
    const text = `A path cannot be read (${codeOf(error)})`;
    complain([problem('file.unreadable', text, { fix: 'Give files and folders that exist.' })], json);
    return MISUSED;
  }
  if (json) print(pretty(done));
  else report(done);
  return done.findings.length === 0 ? DONE : FAILED;
};
