import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

// Tests in a real browser: one world and one browser at a time, because both share two cores with PostgreSQL and the rest.
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  test: { include: ['**/*.spec.ts'], fileParallelism: false, testTimeout: 120_000, hookTimeout: 60_000, retry: 0, bail: 0 },
})
