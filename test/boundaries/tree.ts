/**
 * The skeleton of the checkout in a temporary folder: its projects and checker without its sources, so that whatever a
 * test plants there is all there is to refuse. The installed packages are linked; the checkout is never touched.
 */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export type Outcome = { readonly code: number; readonly output: string };

/** Runs Node on a program of a tree. */
export const run = (root: string, args: readonly string[]): Outcome => {
  const done = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  return { code: done.status ?? -1, output: `${done.stdout}${done.stderr}` };
};

export type Tree = {
  readonly root: string;
  /** Writes files, runs a program of the tree while they are there, and puts back what was there before. */
  readonly planted: (files: Readonly<Record<string, string>>, args: readonly string[]) => Outcome;
  readonly remove: () => void;
};

const plant = (root: string, files: Readonly<Record<string, string>>): (() => void) => {
  const undo = Object.entries(files).map(([path, text]) => {
    const file = join(root, path);
    const before = existsSync(file) ? readFileSync(file) : undefined;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return () => (before === undefined ? rmSync(file) : writeFileSync(file, before));
  });
  return () => undo.forEach((back) => back());
};

const KEPT = /^(tsconfig\.json|package\.json|ambient\.d\.ts)$/;
const isFile = (path: string) => /\.[a-z]+$/.test(basename(path));

/** @param files what stands in the tree from the start, beside the projects */
export const skeleton = (files: Readonly<Record<string, string>> = {}): Tree => {
  const root = mkdtempSync(join(tmpdir(), 'headgate-tree-'));
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  const top = readdirSync(ROOT).filter((name) => /^(package(-lock)?|tsconfig.*)\.json$/.test(name));
  for (const path of [...top, 'bin', 'headgate', join('test', 'boundaries', 'rooms.json')]) {
    cpSync(join(ROOT, path), join(root, path), { recursive: true });
  }
  cpSync(join(ROOT, 'packages'), join(root, 'packages'), {
    recursive: true,
    filter: (from) =>
      !['dist', 'node_modules'].includes(basename(from)) && (!isFile(from) || KEPT.test(basename(from))),
  });
  plant(root, files);
  return {
    root,
    planted: (more, args) => {
      const back = plant(root, more);
      try {
        return run(root, args);
      } finally {
        back();
      }
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
};
