import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

// Tests of what needs no page; those in a real browser are in browser/.
export default defineConfig({
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  test: { include: ['src/**/*.test.ts'], passWithNoTests: false },
})
