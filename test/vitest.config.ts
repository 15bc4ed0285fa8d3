import path from 'node:path'
import { defineConfig } from 'vitest/config'

const root = path.resolve(import.meta.dirname, '..')

export default defineConfig({
  root,
  test: {
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 180_000,
    setupFiles: ['test/help/seed.ts'],
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['test/{unit,property,conformance}/**/*.test.ts'], testTimeout: 240_000 },
      },
      { extends: true, test: { name: 'api', include: ['test/{api,attack}/**/*.test.ts'], testTimeout: 180_000 } },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 900_000,
          hookTimeout: 900_000,
          maxWorkers: 1,
          fileParallelism: false,
        },
      },
    ],
  },
})
