/** `npm run dev`: starts the local tenant (if no other is configured), the back end and the page, with reload on change. */

import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { loadConfig, type Config } from '@gatehouse/fastify/config'
import { folderOf, root, shown } from '../files/folder.ts'
import { withoutDevelopmentPackages } from '../npm-options.ts'
import { readTextFile } from '../files/parse-env.ts'
import { LaunchError, webPortOf } from './addresses.ts'
import { readEnvironment } from './env-file.ts'
import {
  answerHelp,
  backEndProcess,
  isAtLocalhost,
  Launcher,
  localTenantProcess,
  mistakeIn,
  orExit,
  type Plan,
  type PlannedProcess,
} from './launch.ts'
import { originOf } from './ports.ts'
import { backEndFolders, watch } from './watch.ts'

answerHelp(`Usage: npm run dev

Starts the local tenant (if aad.config.json names no other), the back end and the page, with reload on change.
A change of aad.config.json or .env restarts what depends on it.

Environment:
  WEB_PORT     the port of the page (5173)
  PORT         the port of the back end (5174)
  TENANT_PORT  the port of the local tenant (5175)
  PUBLIC_URL   another public address, if a proxy or a tunnel is in front
  AAD_CONFIG   another configuration file than aad.config.json
`)

/** @throws LaunchError if Vite is not installed, as after `npm ci --omit=dev` */
function viteProgram(): string {
  try {
    const { resolve } = createRequire(join(root, 'web/package.json'))
    return join(dirname(resolve('vite/package.json')), 'bin/vite.js')
  } catch {
    throw new LaunchError(withoutDevelopmentPackages('vite'))
  }
}

function pageProcess(config: Config, env: NodeJS.ProcessEnv): PlannedProcess {
  const port = webPortOf(env, config)
  return {
    name: 'page',
    host: '127.0.0.1',
    port,
    // It listens on loopback only.
    hostVariable: 'WEB_PORT',
    portVariable: 'WEB_PORT',
    args: [viteProgram()],
    cwd: join(root, 'web'),
    env: {
      WEB_PORT: String(port),
      PUBLIC_URL: config.publicUrl,
      BACK_END: originOf(config.host, config.port),
      // In place of its own address, which a browser elsewhere cannot reach.
      TENANT_LOGIN:
        config.usesLocalTenant && !config.production && !isAtLocalhost(config.publicUrl)
          ? config.authority
          : undefined,
    },
    ready: '/',
  }
}

/** @throws ConfigError or LaunchError */
function plan(): Plan {
  const env = readEnvironment()
  const config = loadConfig(env, root)
  const page = pageProcess(config, env)
  return {
    config,
    env,
    processes: [
      ...localTenantProcess(config, env),
      backEndProcess(config, 'bff/src/server.ts'),
      page,
    ],
    served: originOf('localhost', page.port),
  }
}

const first = orExit(plan)
// Shorter than the back end allows its requests: a restart must not wait for one that hangs.
const patienceMs = first.config.drain.notReadyMs + 3000
const launcher = new Launcher(first, patienceMs, (name) => name === 'back end')
const folder = folderOf(process.env)
const settings = [folder.config, folder.env]
const textOf = (path: string) => readTextFile(path)?.text
const texts = new Map(settings.map((path) => [path, textOf(path)]))
const started = launcher.start()
// Not after the start, so that no change is missed.
await watch({ folders: backEndFolders(), files: settings }, restart)
await started

async function restart(paths: readonly string[]): Promise<void> {
  await started
  const changed = paths.filter(
    (path) => !settings.includes(path) || texts.get(path) !== textOf(path),
  )
  const [path] = changed
  if (path === undefined) return
  for (const file of settings) texts.set(file, textOf(file))
  const more = changed.length > 1 ? ` and ${changed.length - 1} more` : ''
  const what = `${settings.includes(path) ? shown(path) : relative(root, path)}${more} changed`
  let problem: string
  try {
    const next = plan()
    process.stderr.write(`${what}: restarting.\n`)
    problem = (await launcher.change(next)).join('\n')
  } catch (error) {
    problem = mistakeIn(error)
  }
  if (problem) process.stderr.write(`${what}. Nothing was restarted:\n${problem}\n`)
}
