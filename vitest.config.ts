import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['packages/*/src/**/*.test.ts', 'test/**/*.test.ts', 'examples/**/*.test.ts'],
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
    // A process each for hundreds of files would load the same modules hundreds of times, half of all the computing there was.
    isolate: false,
    // Two: tests of processes wait more than they compute, and one long suite must not hold up all others.
    maxWorkers: 2,
  },
});
