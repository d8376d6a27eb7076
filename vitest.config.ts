import { defineConfig } from 'vitest/config';

const ALL = ['packages/*/src/**/*.test.ts', 'test/**/*.test.ts', 'examples/**/*.test.ts'];

/**
 * They leave their process another one than they found it: Pyodide puts globals of its own into it, another measures its heap,
 * and one leaves the guard out of every server that is started after it. The others measure what a computation costs, or how long
 * it keeps others waiting, to which a collection of the heap that hundreds of files leave behind adds seconds of processor time.
 */
const APART = [
  'packages/server/src/sandbox/child/**/*.test.ts',
  'packages/server/src/engine/large-csv.test.ts',
  'test/attacks/unguarded.test.ts',
  'packages/core/src/expr/{budget,fuzz,template}.test.ts',
  'packages/core/src/flow/{check,check.growth,input,parse}.test.ts',
  'packages/core/src/guard/{match,redact}.test.ts',
  'packages/core/src/run/scale.test.ts',
  'packages/server/src/engine/{json,known}.test.ts',
  'packages/server/src/sandbox/{attacks,liar}.test.ts',
  'test/attacks/bodies.test.ts',
];

export default defineConfig({
  test: {
    environment: 'node',
    // When a test hangs, not how fast one is: those that start a dozen processes took 29 s of 30 on a slow machine.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // What is waited for is there in tenths of a second; a busy machine may take longer. What must be fast is timed by its test.
    expect: { poll: { timeout: 10_000 } },
    // Node reads TypeScript itself. Through the transform, reading the server anew for every file took two fifths of the time.
    experimental: { viteModuleRunner: false },
    execArgv: ['--conditions=headgate-source', '--disable-warning=ExperimentalWarning'],
    pool: 'forks',
    // Two: tests of processes wait more than they compute, and one long suite must not hold up all others.
    maxWorkers: 2,
    projects: [
      // A process each for hundreds of files would load the same modules hundreds of times, half of all the computing there was.
      {
        extends: true,
        test: { name: 'together', include: ALL, exclude: [...APART, '**/node_modules/**'], isolate: false },
      },
      { extends: true, test: { name: 'apart', include: APART } },
    ],
  },
});
