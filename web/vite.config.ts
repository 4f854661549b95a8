import { defineConfig } from 'vite'
import react from '@vitejs/plugin-react'
import { backEnd } from './vite/back-end.ts'
import { canonicalHost } from './vite/canonical-host.ts'
import { quietProxyErrors } from './vite/quiet-proxy-errors.ts'
import { reportPortInUse } from './vite/report-port-in-use.ts'

const port = Number(process.env['WEB_PORT'] ?? 5173)
const backEndOrigin = process.env['BACK_END'] ?? `http://127.0.0.1:${process.env['PORT'] ?? 5174}`

/** The oldest browsers with `light-dark()`. Older ones would need every colour twice. */
const browsers = ['chrome123', 'edge123', 'firefox128', 'safari17.5']

/** Vite's own list of files that it serves from no folder. A list in `deny` replaces it, so it is repeated. */
const deniedByVite = [
  '.env',
  '.env.*',
  '*.{crt,pem,key,p12,pfx,cer,der}',
  '.npmrc',
  '.yarnrc.yml',
  '**/.git/**',
]

export default defineConfig({
  plugins: [react(), canonicalHost(), reportPortInUse(port)],
  clearScreen: false,
  logLevel: 'warn',
  customLogger: quietProxyErrors(),
  server: {
    host: '127.0.0.1',
    port,
    strictPort: true,
    open: false,
    // As in production, no other origin may read anything.
    cors: false,
    // A site may point its own name at this machine (DNS rebinding). The page and the proxy to the back
    // end answer to `localhost` and to IP addresses only.
    allowedHosts: [],
    fs: {
      // Every user and program of this machine can reach the port. Vite's default is the whole workspace,
      // with its settings and the session keys in `.data`. Add another package that the page imports.
      strict: true,
      allow: ['.', '../shared/src', '../packages/contract/src', '../packages/react/src'],
      // Also inside those folders.
      deny: [...deniedByVite, '**/.data/**', '*.sqlite*', 'aad.config*.json'],
    },
    proxy: { '^/(api|auth)/': backEnd(backEndOrigin) },
  },
  build: {
    target: browsers,
    cssTarget: browsers,
    modulePreload: { polyfill: false },
    // A data: URL would need an exception in the content security policy.
    assetsInlineLimit: 0,
    sourcemap: false,
    rolldownOptions: {
      output: {
        // The first page is one script and one style sheet. Otherwise the parts that it shares with lazy
        // pages become files of their own, and their styles load before the order of the layers.
        codeSplitting: { groups: [{ name: 'start', tags: ['$initial'] }] },
      },
    },
  },
})
