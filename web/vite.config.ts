import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { backEnd } from './vite/back-end.ts'
import { oneAddress } from './vite/one-address.ts'
import { portTaken } from './vite/port-taken.ts'
import { shortLogger } from './vite/short-logger.ts'

const port = Number(process.env['WEB_PORT'] ?? 5173)
const backEndPort = Number(process.env['PORT'] ?? 5174)

/** The oldest browsers that know `light-dark()`; for older ones every colour would be written twice. */
const browsers = ['chrome123', 'edge123', 'firefox128', 'safari17.5']

/** What Vite serves from no folder by itself: a list of one's own takes the place of this one. */
const deniedByVite = [
  '.env',
  '.env.*',
  '*.{crt,pem,key,p12,pfx,cer,der}',
  '.npmrc',
  '.yarnrc.yml',
  '**/.git/**',
]

export default defineConfig({
  plugins: [react(), oneAddress(), portTaken(port)],
  clearScreen: false,
  logLevel: 'warn',
  customLogger: shortLogger(),
  server: {
    host: '127.0.0.1',
    port,
    strictPort: true,
    open: false,
    // As in production: no other origin may read anything.
    cors: false,
    // A site may give its own name the address of this machine (DNS rebinding): `localhost` and IP
    // addresses are answered, and no other name, neither by the page nor by the proxy to the back end.
    allowedHosts: [],
    fs: {
      // The port answers every user and program of this machine. Vite's default is the whole workspace:
      // its settings and the session keys in `.data`. Another package that the page imports goes here too.
      strict: true,
      allow: ['.', '../shared/src', '../packages/contract/src', '../packages/react/src'],
      // For what lies within those folders.
      deny: [...deniedByVite, '**/.data/**', '*.sqlite*', 'aad.config*.json'],
    },
    proxy: { '^/(api|auth)/': backEnd(backEndPort) },
  },
  build: {
    target: browsers,
    cssTarget: browsers,
    modulePreload: { polyfill: false },
    // A data: URL would need a hole in the content security policy.
    assetsInlineLimit: 0,
    sourcemap: false,
    rolldownOptions: {
      output: {
        // What the first page needs is one script and one style sheet. Parts that it shares with lazy
        // pages would become files of their own, and their styles would come before the layers' order.
        codeSplitting: { groups: [{ name: 'start', tags: ['$initial'] }] },
      },
    },
  },
})
