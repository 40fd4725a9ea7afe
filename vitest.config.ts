import { existsSync } from 'node:fs'

import { defineConfig } from 'vitest/config'

const systemSetup = 'packages/testkit/src/vitest-setup.ts'
const notOurs = ['**/node_modules/**', '**/dist/**', '**/fixtures/**']

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
      {
        extends: true,
        test: {
          name: 'system',
          include: ['**/*.system.test.ts'],
          exclude: notOurs,
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 180_000,
          globalSetup: existsSync(systemSetup) ? [systemSetup] : [],
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
