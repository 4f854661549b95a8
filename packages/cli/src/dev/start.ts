/** `npm start`: starts the built app, page and back end as one process, on the port of the public address. */

import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { loadConfig } from '@gatehouse/fastify/config'
import { root } from '../files/folder.ts'
import { startEnvironment } from './addresses.ts'
import { readEnvironment } from './env-file.ts'
import {
  answerHelp,
  backEndProcess,
  exitWith,
  Launcher,
  localTenantProcess,
  orExit,
  type Plan,
} from './launch.ts'
import { originOf } from './ports.ts'

answerHelp(`Usage: npm start

Starts the built app on the port of its public address, and the local tenant if no other is
configured. Build it first: npm run build

In production, start the server itself: node bff/dist/server.js

Environment:
  WEB_PORT, PORT  another port; the first one counts if both are set
  PUBLIC_URL      another public address, if a proxy is in front
  AAD_CONFIG      another configuration file than aad.config.json
`)

const server = 'bff/dist/server.js'
const isBuilt = [server, 'web/dist/index.html'].every((file) => existsSync(join(root, file)))
if (!isBuilt) exitWith('The app is not built yet. Run: npm run build')

const read = (env: NodeJS.ProcessEnv) => loadConfig(env, root)

function plan(): Plan {
  const env = startEnvironment(readEnvironment(), read)
  const config = read(env)
  return {
    config,
    env,
    processes: [...localTenantProcess(config, env), backEndProcess(config, server)],
    served: originOf('localhost', config.port),
  }
}

const planned = orExit(plan)
const { notReadyMs, timeoutMs } = planned.config.drain
// The server ends within these two by itself.
await new Launcher(planned, notReadyMs + timeoutMs + 2000).start()
