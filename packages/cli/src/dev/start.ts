/** `npm start`: starts the built app, page and back end as one process, on the port of the public address. */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../files/folder.ts'
import { announce, answerHelp, exitWith, launch, localTenantProcess, readConfig } from './launch.ts'
import { answers } from './processes.ts'

answerHelp(`Usage: npm start

Starts the built app on the port of its public address. Build it first: npm run build

Environment:
  PORT         another port
  AAD_CONFIG   another configuration file than aad.config.json
`)

if (!existsSync(join(root, 'web/dist/index.html'))) {
  exitWith('The page is not built yet. Run: npm run build')
}

const configured = readConfig(process.env)
// In production, a proxy has the public port; on a development machine, this process has it.
const publicPort = new URL(configured.publicUrl).port
const port = process.env['PORT'] ?? (!configured.production && publicPort ? publicPort : undefined)
const config = readConfig({ ...process.env, ...(port && { PORT: port }) })

await launch([
  ...localTenantProcess(config),
  {
    name: 'back end',
    port: config.port,
    variable: 'PORT',
    command: [process.execPath, 'bff/src/server.ts'],
    env: { PORT: String(config.port) },
  },
])
if (await answers(`http://127.0.0.1:${config.port}/healthz`, 20_000)) announce(config)
else exitWith('The server did not start within 20 seconds.')
