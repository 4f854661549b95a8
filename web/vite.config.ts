import { defineConfig } from 'vite'
import react from '@vitejs/plugin-react'
import { basePathOf } from '@gatehouse/contract/paths'
import { appearance } from '@gatehouse/shared/appearance'
import { appAppearance } from './vite/document/appearance.ts'
import { automaticSignIn } from './vite/automatic-sign-in.ts'
import { underBasePath } from './vite/base-path.ts'
import { backEnd, signOutProxy } from './vite/back-end.ts'
import { canonicalHost } from './vite/canonical-host.ts'
import { firstScreen } from './vite/document/first-screen.ts'
import { languages } from './vite/document/languages.ts'
import { pageFiles } from './vite/document/page-files.ts'
import { precompress } from './vite/precompress.ts'
import { quietProxyErrors } from './vite/quiet-proxy-errors.ts'
import { CodeGate, tenantLogin, tenantPages, tenantPath, tenantProxy } from './vite/tenant-login.ts'
import { reportPortInUse } from './vite/report-port-in-use.ts'

const port = Number(process.env['WEB_PORT'] ?? 5173)
const backEndOrigin = process.env['BACK_END'] ?? `http://127.0.0.1:${process.env['PORT'] ?? 5174}`

const publicUrl = process.env['PUBLIC_URL'] || `http://localhost:${port}`
/** The path of the public address: pages, files and the way to the back end are under it, as in production. */
const basePath = basePathOf(publicUrl)
/** The public address, if it is not on this machine: in a Codespace or a dev container, or behind a tunnel. */
const tunnel = new URL(publicUrl).hostname === 'localhost' ? undefined : new URL(publicUrl)

/** The launcher sets it if the browser cannot reach the local tenant by its own address. */
const tenantOrigin = process.env['TENANT_LOGIN']
const login =
  tunnel && tenantOrigin ? { publicUrl: tunnel.origin, tenant: tenantOrigin } : undefined
const browserAddress = (address: string) =>
  login && address.startsWith(`${login.tenant}/`)
    ? `${login.publicUrl}${tenantPath}${address.slice(login.tenant.length)}`
    : address

const basePathPattern = basePath.replaceAll('.', String.raw`\.`)
const toBackEnd = { origin: backEndOrigin, browserAddress, basePath }

function printCode(code: string): void {
  process.stdout.write(`\n  Code for one browser to sign in on the local tenant: ${code}\n\n`)
}

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

export default defineConfig(({ command }) => ({
  // The build is the same for any path.
  base: command === 'serve' ? `${basePath}/` : '/',
  plugins: [
    react(),
    reportPortInUse(port),
    canonicalHost(publicUrl),
    underBasePath(basePath),
    automaticSignIn(backEndOrigin),
    appAppearance(appearance),
    languages(),
    pageFiles(),
    firstScreen(appAppearance(appearance)),
    precompress(),
    ...(login && command === 'serve'
      ? [tenantLogin(login, new CodeGate({ print: printCode }))]
      : []),
  ],
  experimental: {
    // Files name each other relatively, so that one build serves under any path. index.html names them from the root,
    // and the server adds the path to it, because the page may be opened at any depth.
    renderBuiltUrl: (file, { hostType }) => (hostType === 'html' ? `/${file}` : { relative: true }),
  },
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
    // end answer to `localhost`, to IP addresses and to the host of PUBLIC_URL only.
    allowedHosts: tunnel ? [tunnel.hostname] : [],
    fs: {
      // Every user and program of this machine can reach the port. Vite's default is the whole workspace,
      // with its settings and the session keys in `.data`. Add another package that the page imports.
      strict: true,
      allow: ['.', '../shared/src', '../packages/contract/src', '../packages/react/src'],
      // Also inside those folders.
      deny: [...deniedByVite, '**/.data/**', '*.sqlite*', 'aad.config*.json'],
    },
    proxy: {
      ...(login && {
        [tenantPages]: tenantProxy(login),
        [`^${basePathPattern}/auth/sign-out$`]: signOutProxy(toBackEnd),
      }),
      [`^${basePathPattern}/(?:(api|auth)/|(healthz|readyz)(?:\\?|$))`]: backEnd(toBackEnd),
    },
  },
  build: {
    target: browsers,
    cssTarget: browsers,
    modulePreload: { polyfill: false },
    // A data: URL would need an exception in the content security policy.
    assetsInlineLimit: 0,
    // One style sheet: the order of the layers stays, and no page has to wait for one more.
    cssCodeSplit: false,
    sourcemap: false,
    rolldownOptions: {
      output: {
        // The first page is one script. Otherwise the parts that it shares with lazy pages become files of their own.
        codeSplitting: { groups: [{ name: 'start', tags: ['$initial'] }] },
      },
    },
  },
}))
