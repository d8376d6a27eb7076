import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source', 'node', 'default'] } },
  test: {
    include: ['packages/*/src/**/*.test.ts', 'test/**/*.test.ts', 'examples/**/*.test.ts'],
    environment: 'node',
    // When a test hangs, not how fast one is: those that start a dozen processes took 29 s of 30 on a slow machine.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    // What is waited for is there in tenths of a second; a busy machine may take longer. What must be fast is timed by its test.
    expect: { poll: { timeout: 10_000 } },
    // It names its own TypeScript by the condition that our packages have for theirs; so it is read through the transform, too.
    server: { deps: { inline: ['@modelcontextprotocol/client', 'eventsource', /@ai-sdk/, 'eventsource-parser'] } },
    pool: 'forks',
    // Two: tests of processes wait more than they compute, and one long suite must not hold up all others.
    maxWorkers: 2,
  },
});
