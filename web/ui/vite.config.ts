import bitrix24UI from '@bitrix24/b24ui-nuxt/vite'
import vue from '@vitejs/plugin-vue'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vite'

// The UI is served by the connector itself, at / and inside portals' frames: every address in it is relative.
export default defineConfig({
  base: './',
  plugins: [
    vue(),
    // Of the kit only what is used: neither its components for articles nor the looks of components that nobody renders. What is
    // rendered is looked up once: after the first use of a component, start `npm run dev` again.
    bitrix24UI({
      colorMode: false, prose: false, mdc: false, experimental: { componentDetection: true },
      components: { dts: 'components.d.ts' }, autoImport: { dts: 'auto-imports.d.ts' },
    }),
  ],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  // How long the bundler's parts took interests nobody who just wants to run the connector.
  build: { target: 'es2022', chunkSizeWarningLimit: 1200, rolldownOptions: { checks: { bundlerTimings: false } } },
  server: { proxy: { '/api': process.env.OMNI_URL ?? 'http://127.0.0.1:8080' } },
})
