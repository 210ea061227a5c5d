import { defineConfig } from 'vitest/config';

const shared = {
  environment: 'node',
  pool: 'forks',
  testTimeout: 60_000,
  hookTimeout: 60_000,
  allowOnly: false,
} as const;

const execArgv = ['--expose-gc'];
const setupFiles = ['./test/setup.ts'];

export default defineConfig({
  test: {
    // A cold start of LibTorch takes memory and both cores: two processes are enough everywhere.
    maxWorkers: 2,
    projects: [
      {
        test: {
          ...shared,
          execArgv,
          setupFiles,
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
        },
      },
      {
        test: {
          ...shared,
          execArgv,
          setupFiles,
          name: 'parity',
          include: ['test/parity/**/*.test.ts'],
        },
      },
      {
        test: {
          ...shared,
          execArgv,
          setupFiles,
          name: 'lifecycle',
          include: ['test/lifecycle/**/*.test.ts'],
          // Children are measured and killed here: one file at a time.
          fileParallelism: false,
          testTimeout: 180_000,
        },
      },
      {
        test: {
          ...shared,
          execArgv,
          setupFiles,
          name: 'package',
          include: ['test/package/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 300_000,
        },
      },
    ],
  },
});
