/** `npm run dev`: starts the local tenant (if no other is configured), the back end and the page, with reload on change. */

import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { root } from '../files/folder.ts'
import {
  announce,
  answerHelp,
  exitWith,
  launch,
  localTenantProcess,
  readConfig,
  withPublicUrl,
} from './launch.ts'
import { answers } from './processes.ts'

answerHelp(`Usage: npm run dev

Starts the local tenant (if aad.config.json names no other), the back end and the page, with reload on change.

Environment:
  WEB_PORT     the port of the page (5173)
  PORT         the port of the back end
  AAD_CONFIG   another configuration file than aad.config.json
`)

const webPort = Number(process.env['WEB_PORT'] ?? 5173)
const config = readConfig(withPublicUrl(process.env))
const moved = { PORT: String(config.port), PUBLIC_URL: config.publicUrl }

const vite = join(
  dirname(createRequire(join(root, 'web/package.json')).resolve('vite/package.json')),
  'bin/vite.js',
)
await launch([
  ...localTenantProcess(config),
  {
    name: 'back end',
    port: config.port,
    variable: 'PORT',
    command: [process.execPath, '--watch', '--watch-preserve-output', 'bff/src/server.ts'],
    env: moved,
  },
  {
    name: 'page',
    port: webPort,
    variable: 'WEB_PORT',
    command: [process.execPath, vite],
    cwd: 'web',
    env: { ...moved, WEB_PORT: String(webPort) },
  },
])

const up = await Promise.all([
  answers(`http://127.0.0.1:${config.port}/healthz`, 20_000),
  answers(`http://127.0.0.1:${webPort}/`, 20_000),
])
if (up.every(Boolean)) announce(config)
else exitWith('The servers did not start within 20 seconds.')
