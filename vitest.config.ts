import { existsSync } from 'node:fs'

import { defineConfig } from 'vitest/config'

const systemSetup = 'packages/testkit/src/vitest-setup.ts'
const notOurs = ['**/node_modules/**', '**/dist/**', '**/fixtures/**']

/** Real engines, but no measured time that others could spoil: two of these files at a time. */
const sideBySide = [
  'packages/adapters/src/{database-probe,registry}/**/*.system.test.ts',
  'packages/cli/src/commands/{scan,scan-debian}.system.test.ts',
  'packages/domain/**/*.system.test.ts',
  'packages/server/src/http/**/*.system.test.ts',
  'packages/server/src/{configuration,registry-faults,run-server}.system.test.ts',
  // Under load all the same, and passed on machines that were far busier than by one more of them.
  'packages/server/src/{adoption,adoption-crash,adoption-own-port,lost-machines,several-hosts,ssh-hosts,watch}.system.test.ts',
  'packages/store/**/*.system.test.ts',
  'packages/testkit/src/{evidence-chain,images,ledger-seeder,registry}.system.test.ts',
]

const onRealEngines = {
  include: ['**/*.system.test.ts'],
  exclude: notOurs,
  fileParallelism: false,
  testTimeout: 180_000,
  hookTimeout: 180_000,
  globalSetup: existsSync(systemSetup) ? [systemSetup] : [],
  sequence: { groupOrder: 1 },
}

export default defineConfig({
  test: {
    reporters: ['default', './tools/test-summary.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'fast',
          include: ['**/*.test.ts'],
          exclude: [...notOurs, '**/*.system.test.ts'],
          pool: 'threads',
          isolate: false,
          testTimeout: 20_000,
        },
      },
      { extends: true, test: { ...onRealEngines, name: 'system', exclude: [...notOurs, ...sideBySide] } },
      {
        extends: true,
        test: {
          ...onRealEngines,
          name: 'system-side-by-side',
          include: sideBySide,
          fileParallelism: true,
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
