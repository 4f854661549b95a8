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

Starts the built app on the port of its public address. Build it first: npm run build

Environment:
  WEB_PORT, PORT  another port; the first one counts if both are set
  PUBLIC_URL      another public address, if a proxy is in front
  AAD_CONFIG      another configuration file than aad.config.json
`)

if (!existsSync(join(root, 'web/dist/index.html'))) {
  exitWith('The page is not built yet. Run: npm run build')
}

const read = (env: NodeJS.ProcessEnv) => loadConfig(env, root)

function plan(): Plan {
  const env = startEnvironment(readEnvironment(), read)
  const config = read(env)
  return {
    config,
    env,
    processes: [...localTenantProcess(config, env), backEndProcess(config)],
    served: originOf('localhost', config.port),
  }
}

await new Launcher(orExit(plan)).start()
